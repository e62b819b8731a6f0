package lint

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The recorded runs that rules name are of flows that the rules find.
func TestProofs(t *testing.T) {
	for _, r := range Rules() {
		if r.Proof == "" {
			continue
		}
		text, err := os.ReadFile("../engine/testdata/vectors/" + r.Proof + ".json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := flow.ParseObject(text)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := doc.Get("flow")
		if found := codes(Check(mustSpec(t, string(raw)))); !slices.Contains(found, r.Code) {
			t.Errorf("%s names %s, in which it finds %v", r.Code, r.Proof, found)
		}
	}
}

// What rules without a recorded run claim of the browser is what its reading
// does.
func TestBrowserClaims(t *testing.T) {
	const six = `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"x","fileIds":["1","2","3","4","5"]}},{"id":"l","type":"loop","data":{"loopType":"array"MORE}}],"edges":[{"id":"e","source":"a","target":"l"}]}`
	for _, c := range []struct {
		name, flow      string
		node, want, not string // of the node's result
		code            string // that Check has for the flow, "" for none
	}{
		{name: "first input only", code: CodeFirstInputOnly, node: "m", want: "A", not: "B",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"b","type":"input","data":{"value":"B"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{ input }}"}}],"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"b","target":"m"}]}`},
		{name: "all inputs", node: "m", want: `A\n\nB`,
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"b","type":"input","data":{"value":"B"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{input}}"}}],"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"b","target":"m"}]}`},
		{name: "a template leaves references alone", code: CodeBrowserReference, node: "m", want: "{{a.output}}",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"m","type":"transform","data":{"operation":"template","config":{"template":"{{a.output}}"}}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
		{name: "a name that nobody has", code: CodeUnresolvedReference, node: "m", want: "[m] A {{b.output}}",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{input}} {{b.output}}"}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
		{name: "cut at five", code: CodeArrayCut, node: "l", want: `"iterations":5`, flow: strings.Replace(six, "MORE", "", 1)},
		{name: "not cut", node: "l", want: `"iterations":6`, flow: strings.Replace(six, "MORE", `,"maxIterations":9`, 1)},
		{name: "a date is no text", code: CodeTextAsFile, node: "m", want: "", not: "20240131",
			flow: `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"20240131"}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"day {{input}}"}}],"edges":[{"id":"e","source":"a","target":"m"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := mustSpec(t, c.flow)
			found := Check(spec)
			if c.code == "" && len(found) > 0 || c.code != "" && !slices.Contains(codes(found), c.code) {
				t.Errorf("found %v, want %q", found, c.code)
			}
			res, err := engine.Run(t.Context(), spec, engine.Options{Reading: engine.Browser, Services: engine.Services{Model: engine.Echo{}}})
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
	mended, n := Fix(spec, func(string) bool { return true })
	want := strings.Replace(before, `"temperature":0.70,`, "", 1)
	if got := string(mended.AppendJSON(nil)); got != want || n != 1 || string(spec.AppendJSON(nil)) != before {
		t.Errorf("%d mended:\n%s\nwant\n%s", n, got, want)
	}
	if same, n := Fix(spec, func(string) bool { return false }); n != 0 || string(same.AppendJSON(nil)) != before {
		t.Errorf("%d mended though nothing was asked for", n)
	}
}
