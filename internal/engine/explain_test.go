package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestExplainOrder(t *testing.T) {
	spec := newFlow().node("o", flow.Output, text).node("m", flow.Model, ask("{{late.output}}")).node("l", flow.Loop, plain).
		node("late", flow.Input, value("x")).node("end", flow.Output, text).
		edge("l", "m", "each").join("m", "o").edge("l", "end", "done").spec()
	for semantics, want := range map[string]string{
		browser.Standard: "late l m@l[late] o@l[m] end[l]",
		browser.Name:     "l m@l o@l[m] o[m] late end[l]",
	} {
		e := browser.Explain(spec, engine.Options{Semantics: named(semantics)})
		var turns []string
		for _, turn := range e.Order {
			line := turn.Node
			if turn.Loop != "" {
				line += "@" + turn.Loop
			}
			if turn.After != nil {
				line += "[" + strings.Join(turn.After, " ") + "]"
			}
			turns = append(turns, line)
		}
		if got := strings.Join(turns, " "); got != want {
			t.Errorf("%s: the order is %s, want %s", semantics, got, want)
		}
	}
}

func TestExplainCalls(t *testing.T) {
	branch := func(f *builder) *builder {
		return f.node("c", flow.Conditional, `{"condition":"x"}`).node("cheap", flow.Model, plain).
			node("dear", flow.Loop, `{"maxIterations":3}`).node("m", flow.Model, plain).node("k", flow.Model, plain).
			edge("c", "cheap", "true").edge("c", "dear", "false").edge("dear", "m", "each").join("m", "k")
	}
	array := func(data string) *builder {
		return newFlow().node("i", flow.Input, plain).node("l", flow.Loop, data).node("m", flow.Model, plain).join("i", "l").edge("l", "m", "each")
	}
	nested := newFlow().node("l", flow.Loop, `{"maxIterations":4}`).node("n", flow.Loop, plain).node("m", flow.Model, plain).
		edge("l", "n", "each").edge("n", "m", "each")
	many := newFlow()
	for i := range 11 {
		many.node(fmt.Sprintf("c%d", i), flow.Conditional, plain).node(fmt.Sprintf("m%d", i), flow.Model, plain).edge(fmt.Sprintf("c%d", i), fmt.Sprintf("m%d", i), "true")
	}
	for _, c := range []struct {
		name          string
		flow          *builder
		most, browser int
		path          string // of standard
		unbounded     []string
		rough         bool
	}{
		{name: "the dearer branch", flow: branch(newFlow()), most: 6, browser: 8, path: "c=false dear*3 m:3 k:3"},
		{name: "an array of unknown length", flow: array(`{"loopType":"array"}`), most: 10000, browser: 5, path: "l*10000 m:10000", unbounded: []string{"l"}},
		{name: "an array that is cut", flow: array(`{"loopType":"array","maxIterations":7}`), most: 7, browser: 7, path: "l*7 m:7"},
		{name: "a literal array", flow: array(`{"loopType":"array","arrayPath":"a,b,c,d,e,f"}`), most: 6, browser: 5, path: "l*6 m:6"},
		{name: "more rounds than the limit", flow: newFlow().node("l", flow.Loop, `{"maxIterations":1000000000}`).node("m", flow.Model, plain).edge("l", "m", "each"), most: 10000, browser: 10000, path: "l*10000 m:10000"},
		{name: "loops multiply", flow: nested, most: 20, browser: 20, path: "l*4 n*5 m:20"},
		{name: "a reference into a branch", flow: newFlow().node("i", flow.Input, plain).node("c", flow.Conditional, plain).
			node("a", flow.Model, ask("{{i.output}}")).node("b", flow.Model, ask("{{i.output}}")).node("d", flow.Model, ask("{{i.output}}")).
			join("i", "c").edge("c", "a", "true").edge("c", "b", "false").join("b", "d"),
			most: 2, browser: 3, path: "c=false b:1 d:1"},
		{name: "no calls", flow: newFlow().node("l", flow.Loop, plain).node("t", flow.Transform, plain).edge("l", "t", "each")},
		{name: "too many conditionals", flow: many, most: 11, browser: 11, rough: true, path: "m0:1 m1:1 m2:1 m3:1 m4:1 m5:1 m6:1 m7:1 m8:1 m9:1 m10:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := browser.Explain(c.flow.spec(), engine.Options{}).Calls
			var path []string
			for _, s := range calls.Path {
				switch {
				case s.Branch != "":
					path = append(path, s.Node+"="+s.Branch)
				case s.Rounds > 0:
					path = append(path, fmt.Sprintf("%s*%d", s.Node, s.Rounds))
				default:
					path = append(path, fmt.Sprintf("%s:%d", s.Node, s.Calls))
				}
			}
			if calls.Most != c.most || calls.Rough != c.rough || !slices.Equal(calls.Unbounded, c.unbounded) {
				t.Errorf("the calls are %+v, want at most %d", calls, c.most)
			}
			if got := strings.Join(path, " "); got != c.path {
				t.Errorf("the path is %q, want %q", got, c.path)
			}
			if got := browser.Explain(c.flow.spec(), engine.Options{Semantics: browser.New}).Calls.Most; got != c.browser {
				t.Errorf("in the browser there are %d, want %d", got, c.browser)
			}
		})
	}
}

// What Explain says of model calls is what a run makes.
func TestExplainedCallsAreMade(t *testing.T) {
	for _, path := range []string{"058-loop-count-3-each-done", "067-loop-each-downstream-chain", "071-loop-nested", "076-loop-two-each-edges", "105-loop-each-conditional-inside"} {
		v := readVector(t, "testdata/vectors/"+path+".json")
		for _, semantics := range []string{browser.Standard, browser.Name} {
			services, model := fakeServices()
			opts := engine.Options{Semantics: named(semantics), Services: services}
			mustRun(t.Context(), t, v.spec, opts)
			if got, most := len(model.calls), browser.Explain(v.spec, opts).Calls.Most; got != most {
				t.Errorf("%s, %s: %d calls were made, %d explained", path, semantics, got, most)
			}
		}
	}
}

func TestExplainBranches(t *testing.T) {
	spec := newFlow().node("c", flow.Conditional, plain).node("t", flow.Transform, upper).node("f", flow.Transform, upper).
		node("ref", flow.Model, ask("{{t.output}}")).node("g", flow.Merge, plain).node("free", flow.Input, plain).
		edge("c", "t", "true").edge("c", "f", "false").join("t", "g").join("f", "g").spec()
	got, err := json.Marshal(browser.Explain(spec, engine.Options{}).Branches)
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"node":"c","handle":"true","only":["t","ref"]},{"node":"c","handle":"false","only":["f"]}]`; string(got) != want {
		t.Errorf("the branches are %s, want %s", got, want)
	}
	if got := browser.Explain(spec, engine.Options{Semantics: browser.New}).Branches; len(got) != 0 {
		t.Errorf("in the browser there are branches %v", got)
	}
}

func TestExplainRefusals(t *testing.T) {
	cycle := newFlow().node("a", flow.Transform, upper).node("b", flow.Transform, upper).join("a", "b", "a").spec()
	e := browser.Explain(cycle, engine.Options{})
	if len(e.Refused) != 1 || len(e.Order) != 0 || e.Calls.Most != 0 {
		t.Errorf("standard explains %+v", e)
	}
	if e = browser.Explain(cycle, engine.Options{Semantics: browser.New}); len(e.Refused) != 0 || len(e.Order) != 0 || len(e.Differences) == 0 {
		t.Errorf("the browser explains %+v", e)
	}
	ghost := newFlow().node("m", flow.Model, ask("p")).edge("ghost", "m", "").edge("m", "nowhere", "").spec()
	if e = browser.Explain(ghost, engine.Options{Semantics: browser.New}); e.Calls.Most != 1 || len(e.Order) != 2 {
		t.Errorf("the browser explains %+v", e)
	}
}

// TestExplainDifferences has for every rule flows on which the semantics part, and
// what is said of them.
func TestExplainDifferences(t *testing.T) {
	two := func() *builder {
		return newFlow().node("a", flow.Input, value("A")).node("b", flow.Input, value("B"))
	}
	for _, c := range []struct {
		flow *builder
		want string // "rule node part of the message"
		not  bool   // it is not said
	}{
		{flow: two().edge("ghost", "a", ""), want: "CheckedFirst  ghost"},
		{flow: newFlow().node("m", flow.Model, ask("{{x.output}}")).node("x", flow.Input, plain), want: "Order m before node"},
		{flow: newFlow().node("x", flow.Input, plain).node("m", flow.Model, ask("{{x.output}}")).join("x", "m"), want: "Order m", not: true},
		{flow: newFlow().node("12", flow.Input, plain), want: "Order 12 number"},
		{flow: two().node("c", flow.Conditional, plain).node("t", flow.Transform, upper).edge("c", "t", "true"), want: "Branches c both branches"},
		{flow: two().node("c", flow.Conditional, plain), want: "Branches c {{input}}"},
		{flow: two().node("c", flow.Conditional, `{"trueOutput":"x"}`), want: "Branches c trueOutput"},
		{flow: two().node("c", flow.Conditional, `{"compareValue":"{{a.output}}"}`), want: "Interpolation c {{a.output}}: the browser leaves it"},
		{flow: two().node("c", flow.Conditional, `{"compareValue":"{{input}}"}`).join("a", "c"), want: "Interpolation c {{input}}: the browser leaves it"},
		{flow: two().node("c", flow.Conditional, `{"trueOutput":"{{input}}"}`).join("a", "c").join("b", "c"), want: "Interpolation c", not: true},
		{flow: newFlow().node("m", flow.Model, ask("p")).node("o", flow.Output, text).join("m", "o"), want: `Errors m "o"`},
		{flow: newFlow().node("m", flow.Model, ask("p")).node("n", flow.Model, ask("{{m.output}}")), want: `Errors m "n"`},
		{flow: newFlow().node("m", flow.Model, ask("p")), want: "Errors m", not: true},
		{flow: newFlow().node("a", flow.Input, `{"value":{"n":1.0}}`), want: "Exact a respells"},
		{flow: newFlow().node("a", flow.Input, `{"value":{"n":1,"b":[2]}}`), want: "Exact a", not: true},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"[1e400]"}`), want: "Exact l respells"},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"1.0, 2"}`), want: "Exact l", not: true},
		{flow: newFlow().node("o", flow.Output, `{"format":"file"}`), want: "Files o not a file"},
		{flow: two().node("m", flow.Model, ask("{{ input }}")).join("a", "m").join("b", "m"), want: "Interpolation m first input"},
		{flow: two().node("m", flow.Model, ask("{{input}}{{ input }}")).join("a", "m").join("b", "m"), want: "Interpolation m", not: true},
		{flow: two().node("t", flow.Transform, template("{{a.output}}")).join("b", "t"), want: "Interpolation t template"},
		{flow: two().node("k", flow.Knowledge, `{"query":"{{a.output.x}}"}`), want: "Interpolation k paths"},
		{flow: two().node("m", flow.Model, ask("{{zz.output}}")), want: "Interpolation m names nothing"},
		{flow: newFlow().node("m", flow.Model, ask("{{input}}")), want: "Interpolation m nothing is connected: the browser leaves it out"},
		{flow: newFlow().node("m", flow.Model, ask("{{ input }}")), want: "Interpolation m nothing is connected: the browser leaves it as it is"},
		{flow: newFlow().node("a", flow.Input, `{"value":["x"]}`).node("m", flow.Model, ask("{{ input }}")).join("a", "m"), want: "Interpolation m a list that comes in"},
		{flow: two().node("m", flow.Model, ask("{{ input }}")).join("a", "m"), want: "Interpolation m a list", not: true},
		{flow: two().node("t", flow.Transform, upper).node("m", flow.Model, ask("p")).join("a", "t", "m"), want: "Files m from whatever node"},
		{flow: two().node("o", flow.Output, `{"format":"json"}`).join("a", "o"), want: "Output o a list that comes in"},
		{flow: newFlow().node("k", flow.Knowledge, `{"topK":1}`), want: "Chunks k whose score is turned around"},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array"}`).node("t", flow.Transform, upper).edge("l", "t", "each"), want: "Errors l", not: true},
		{flow: newFlow().node("a", flow.Input, plain).node("m", flow.Model, ask("{{a.output.k}}")).join("a", "m"), want: `Interpolation m no "k"`},
		{flow: newFlow().node("g", flow.Merge, `{"strategy":"last"}`), want: "Interpolation g no value"},
		{flow: newFlow().node("g", flow.Merge, plain), want: "Interpolation g", not: true},
		{flow: newFlow().node("my node", flow.Input, plain).node("m", flow.Model, ask("{{my node.output}}")), want: "Interpolation m other characters"},
		{flow: newFlow().node("input_1", flow.Input, plain).node("m", flow.Model, ask("{{input.output}}")).join("input_1", "m"), want: "Interpolation m before it takes"},
		{flow: newFlow().node("input_1", flow.Input, plain).node("k", flow.Knowledge, `{"query":"{{input.output}}"}`).join("input_1", "k"), want: "Interpolation k", not: true},
		{flow: two().node("m", flow.Model, ask("{{a.outputs}} {{a}} {{ a . output }}")), want: "Interpolation m", not: true},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{ input }}"}`).join("a", "l"), want: "Interpolation l the browser fails"},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{input.items}}"}`).join("a", "l"), want: "Interpolation l the browser fails"},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{input.output}}"}`).join("a", "l"), want: `Interpolation l the browser fails, since it looks for a node "input"`},
		{flow: two().node("é", flow.Input, plain).node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{é.output}}"}`).join("é", "l"), want: "Interpolation l the browser fails"},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"x, {{a.output}}"}`).join("a", "l"), want: "Interpolation l {{a.output}} alone"},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{ a.output.x }}"}`).join("a", "l"), want: "Interpolation l", not: true},
		{flow: two().node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{input}}"}`).join("a", "l").join("b", "l"), want: "Interpolation l", not: true},
		{flow: two().node("l", flow.Loop, `{"arrayPath":"{{ input }}"}`).join("a", "l"), want: "Interpolation l", not: true},
		{flow: newFlow().node("a", flow.Input, value("costs $$5")), want: "Interpolation a $ patterns"},
		{flow: newFlow().node("a", flow.Input, value("costs $5")), want: "Interpolation a", not: true},
		{flow: newFlow().node("a", flow.Input, value("deadbeef")), want: "Files a for a file"},
		{flow: newFlow().node("m", flow.Model, `{"modelId":"gemini"}`), want: "Files m guesses"},
		{flow: newFlow().node("a", flow.Input, `{"fileIds":["f"]}`).node("m", flow.Model, ask("p")).join("a", "m"), want: "Files m instead of the prompt"},
		{flow: newFlow().node("m", flow.Model, `{"useAdvancedSettings":true,"top_p":1,"temperature":1}`), want: "Model m not send top_p"},
		{flow: newFlow().node("m", flow.Model, `{"top_p":1}`), want: "Model m not send", not: true},
		{flow: newFlow().node("t", flow.Transform, upper), want: "Transform t empty text"},
		{flow: newFlow().node("t", flow.Transform, `{"operation":"extract","config":{"field":"a.b"}}`), want: "Transform t path"},
		{flow: newFlow().node("l", flow.Loop, plain).node("t", flow.Transform, upper).node("o", flow.Output, text).edge("l", "t", "each").join("t", "o"), want: `Loop l "o" once more`},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"until"}`), want: "Loop l never stops early"},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array"}`), want: "Loop l cuts the array"},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array","maxIterations":9}`), want: "Loop l cuts", not: true},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"a,b,c,d,e"}`), want: "Loop l cuts", not: true},
		{flow: newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"[1,2,3,4,5,6]"}`), want: "Loop l cuts the array"},
		{flow: newFlow().node("t", flow.Transform, "null"), want: "Errors t without data"},
		{flow: newFlow().node("t", flow.Transform, "{}"), want: "Errors t", not: true},
		{flow: two().node("t", flow.Transform, upper).edge("a", "t", "each"), want: "Loop t never runs"},
		{flow: two().node("t", flow.Transform, upper).edge("a", "t", "each").join("b", "t"), want: "Loop t never runs", not: true},
		{flow: newFlow().node("l", flow.Loop, plain).node("t", flow.Transform, upper).edge("l", "t", "each"), want: "Loop t never runs", not: true},
		{flow: newFlow().node("l", flow.Loop, plain).node("g", flow.Merge, plain).edge("l", "g", "done"), want: "Loop g outputs of its rounds"},
		{flow: newFlow().node("o", flow.Output, `{"format":"json"}`), want: "Output o not JSON"},
		{flow: newFlow().node("k", flow.Knowledge, plain), want: "Chunks k nested"},
	} {
		rule, rest, _ := strings.Cut(c.want, " ")
		node, part, _ := strings.Cut(rest, " ")
		found := slices.ContainsFunc(browser.Explain(c.flow.spec(), engine.Options{}).Differences, func(d browser.Difference) bool {
			return d.Rule == rule && d.Node == node && strings.Contains(d.Message, part)
		})
		if found == c.not {
			t.Errorf("%q is said: %v; said is %v", c.want, found, browser.Explain(c.flow.spec(), engine.Options{}).Differences)
		}
	}
}

// A flow for which Explain names no difference runs the same in both semantics.
func TestNoDifferenceNoDifference(t *testing.T) {
	spec := newFlow().node("a", flow.Input, value("A")).node("b", flow.Input, value("B")).node("g", flow.Merge, plain).node("o", flow.Output, text).
		join("a", "g", "o").join("b", "g").spec()
	if found := browser.Explain(spec, engine.Options{}).Differences; len(found) != 0 {
		t.Fatalf("the differences are %v", found)
	}
	standard, browser := mustRun(t.Context(), t, spec, engine.Options{}), mustRun(t.Context(), t, spec, engine.Options{Semantics: browser.New})
	if !slices.Equal(byNode(standard), byNode(browser)) {
		t.Errorf("standard makes %v, the browser %v", byNode(standard), byNode(browser))
	}
}
