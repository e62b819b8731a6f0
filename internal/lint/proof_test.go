package lint

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The recorded runs that rules name are of flows that the rules find.
func TestProofs(t *testing.T) {
	for _, r := range Rules() {
		if r.Proof == "" {
			continue
		}
		spec, _ := recorded(t, r.Proof)
		if found := codes(Check(spec)); !slices.Contains(found, r.Code) {
			t.Errorf("%s names %s, in which it finds %v", r.Code, r.Proof, found)
		}
	}
}

// observed is what a recorded run of a flow in the browser made.
type observed struct {
	NodeResults map[string]json.RawMessage
	Errors      map[string]string
	ModelCalls  []struct{ Messages []struct{ Content string } }
}

func recorded(t *testing.T, name string) (flow.Spec, observed) {
	t.Helper()
	text, err := os.ReadFile("../engine/testdata/vectors/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Flow     json.RawMessage
		Observed observed
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return mustSpec(t, string(v.Flow)), v.Observed
}

// found lists the problems of the code by their nodes.
func found(spec flow.Spec, code string) map[string]int {
	list := map[string]int{}
	for _, p := range Check(spec) {
		if p.Code == code {
			list[p.Node]++
		}
	}
	return list
}

// Rules report of recorded runs all that they should, and no more.
func TestRecorded(t *testing.T) {
	spec, seen := recorded(t, "096-missing-data-object")
	for id := range seen.Errors {
		if found(spec, browser.CodeNoData)[id] != 1 {
			t.Errorf("nothing is said of node %s without data", id)
		}
	}

	spec, seen = recorded(t, "108-each-handle-from-non-loop-never-runs")
	i := slices.IndexFunc(Check(spec), func(p flow.Problem) bool { return p.Code == browser.CodeEachOfNoLoop })
	if i < 0 || seen.NodeResults[spec.Edges[0].Target] != nil {
		t.Fatal("nothing is said of a node without a result")
	}
	if p := Check(spec)[i]; p.Pointer != "/edges/0/sourceHandle" || p.Edge != spec.Edges[0].ID {
		t.Errorf("found %v at %s", p, p.Pointer)
	}

	spec, seen = recorded(t, "068-loop-each-direct-output")
	if n := found(spec, browser.CodeArrayCut)["l"]; n > 0 || !strings.Contains(string(seen.NodeResults["l"]), `"y"`) {
		t.Errorf("%s is cut, it is said", seen.NodeResults["l"])
	}

	spec, seen = recorded(t, "115-interpolation-node-called-input-output-key")
	if found(spec, CodeIgnoredInput)["m"] > 0 || !strings.Contains(string(seen.NodeResults["k"]), strings.TrimPrefix(seen.ModelCalls[0].Messages[0].Content, "m1:")) {
		t.Errorf("%s goes unheard, it is said", seen.NodeResults["k"])
	}

	// All that was left alone but for paths in a text, which cannot be seen here.
	spec, seen = recorded(t, "114-interpolation-string-path-left-alone")
	left := strings.Count(seen.ModelCalls[0].Messages[0].Content, "{{") - strings.Count(seen.ModelCalls[0].Messages[0].Content, ".length}}")
	if n := found(spec, CodeUnresolvedReference)["m"]; n != left || n != 5 {
		t.Errorf("of %d references that were left alone %d are found", left, n)
	}
}

// What rules without a recorded run claim of the browser is what its semantics
// does.
func TestBrowserClaims(t *testing.T) {
	const six = `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"x","fileIds":["1","2","3","4","5"]}},{"id":"l","type":"loop","data":{"loopType":"array"MORE}}],"edges":[{"id":"e","source":"a","target":"l"}]}`
	for _, c := range []struct {
		name, flow      string
		node, want, not string // of the node's result
		code            string // that Check has for the flow, "" for none
	}{
		{name: "first input only", code: browser.CodeFirstInputOnly, node: "m", want: "A", not: "B",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"b","type":"input","data":{"value":"B"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{ input }}"}}],"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"b","target":"m"}]}`},
		{name: "all inputs", node: "m", want: `A\n\nB`,
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"b","type":"input","data":{"value":"B"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{input}}"}}],"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"b","target":"m"}]}`},
		{name: "a template leaves references alone", code: browser.CodeBrowserReference, node: "m", want: "{{a.output}}",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"m","type":"transform","data":{"operation":"template","config":{"template":"{{a.output}}"}}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
		{name: "a name that nobody has", code: CodeUnresolvedReference, node: "m", want: "[m] A {{b.output}}",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{input}} {{b.output}}"}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
		{name: "compareValue is not filled in", code: browser.CodeBrowserReference, node: "c", want: `"result":false`,
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"c","type":"conditional","data":{"condition":"{{input}}","compareValue":"{{a.output}}"}}],"edges":[{"id":"e","source":"a","target":"c"}]}`},
		{name: "an array path must be spelt so", code: browser.CodeBrowserReference, node: "l", want: "",
			flow: strings.Replace(six, "MORE", `,"maxIterations":9,"arrayPath":"{{ input }}"`, 1)},
		{name: "an array path into the input", code: browser.CodeBrowserReference, node: "l", want: "",
			flow: strings.Replace(six, "MORE", `,"maxIterations":9,"arrayPath":"{{input.items}}"`, 1)},
		{name: "an array path to a node", node: "l", want: `"iterations":6`,
			flow: strings.Replace(six, "MORE", `,"maxIterations":9,"arrayPath":"{{ a.output }}"`, 1)},
		{name: "five that are written out", node: "l", want: `"iterations":5`,
			flow: strings.Replace(six, "MORE", `,"arrayPath":"1,2,3,4,5"`, 1)},
		{name: "six that are written out", code: browser.CodeArrayCut, node: "l", want: `"iterations":5`,
			flow: strings.Replace(six, "MORE", `,"arrayPath":"1,2,3,4,5,6"`, 1)},
		{name: "cut at five", code: browser.CodeArrayCut, node: "l", want: `"iterations":5`, flow: strings.Replace(six, "MORE", "", 1)},
		{name: "not cut", node: "l", want: `"iterations":6`, flow: strings.Replace(six, "MORE", `,"maxIterations":9`, 1)},
		{name: "a date is not text", code: browser.CodeTextAsFile, node: "m", want: "", not: "20240131",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"20240131"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"day {{input}}"}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := mustSpec(t, c.flow)
			found := slices.DeleteFunc(Check(spec), func(p flow.Problem) bool { return p.Code == CodeNoOutput })
			if c.code == "" && len(found) > 0 || c.code != "" && !slices.Contains(codes(found), c.code) {
				t.Errorf("found %v, want %q", found, c.code)
			}
			res, err := engine.Run(t.Context(), spec, engine.Options{Semantics: browser.New, Services: engine.Services{Model: engine.Echo{}}})
			if err != nil {
				t.Fatal(err)
			}
			var results map[string]json.RawMessage
			if err := json.Unmarshal(res.Execution("").NodeResults, &results); err != nil {
				t.Fatal(err)
			}
			got := string(results[c.node])
			if !strings.Contains(got, c.want) || c.not != "" && strings.Contains(got, c.not) {
				t.Errorf("the browser makes %s", got)
			}
		})
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	const secret = "ghp_" + "R7kQ2mZx9LwB4vTn6YpC1sDf8GhJ3aEu5iOq"
	spec := mustSpec(t, `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"x","deep":[{"a/b":"use `+secret+` here"}]}}],"edges":[]}`)
	i := slices.IndexFunc(Check(spec), func(p flow.Problem) bool { return p.Code == CodeSecret })
	if i < 0 {
		t.Fatal("it is not found")
	}
	if p := Check(spec)[i]; p.Pointer != "/nodes/0/data/deep/0/a~1b" || strings.Contains(p.Message, secret[4:]) {
		t.Errorf("%v", p)
	}
	for _, harmless := range []string{"ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AKIA is a prefix", "sk_live_"} {
		spec := mustSpec(t, `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"`+harmless+`"}}],"edges":[]}`)
		if found := codes(Check(spec)); slices.Contains(found, CodeSecret) {
			t.Errorf("%s is taken for a secret", harmless)
		}
	}
}

// Mending loses nothing else and touches nothing that is not asked for.
func TestFixKeepsTheRest(t *testing.T) {
	spec := mustSpec(t, `{"name":"n","later":1.0,"nodes":[{"id":"m","type":"model","x":1e2,"data":{"prompt":"p","temperature":0.70,"odd":{"n":12345678901234567890}}}],"edges":[]}`)
	before := string(spec.AppendJSON(nil))
	fixed, n := Fix(spec, func(string) bool { return true })
	want := strings.Replace(before, `"temperature":0.70,`, "", 1)
	if got := string(fixed.AppendJSON(nil)); got != want || n != 1 || string(spec.AppendJSON(nil)) != before {
		t.Errorf("%d fixed:\n%s\nwant\n%s", n, got, want)
	}
	if same, n := Fix(spec, func(string) bool { return false }); n != 0 || string(same.AppendJSON(nil)) != before {
		t.Errorf("%d fixed though nothing was asked for", n)
	}
}
