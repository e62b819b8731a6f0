package engine_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// newOddFlow makes a flow of whatever makes the semantics part: every node type,
// references that lead nowhere, values that look like files, nodes without data,
// each of nodes that are no loop, failures.
func newOddFlow(seed uint64) flow.Spec {
	f := &randomFlow{builder: newFlow(), Rand: rand.New(rand.NewPCG(seed, 3))}
	var kinds []flow.NodeType
	n := 3 + f.IntN(6)
	for i := range n {
		id := fmt.Sprintf("n%d", i)
		kind := flow.Input
		if i > 0 {
			kind = flow.NodeTypes()[f.IntN(len(flow.NodeTypes()))]
		}
		f.node(id, kind, f.oddData(kind, fmt.Sprintf("n%d", f.IntN(n))))
		for range f.IntN(3) {
			if kind == flow.Input {
				break
			}
			from, handle := f.IntN(i), ""
			if handles := kinds[from].Handles(); len(handles) > 0 && f.IntN(5) > 0 {
				handle = f.pick(handles...)
			} else if f.IntN(20) == 0 {
				handle = "each"
			}
			f.edge(fmt.Sprintf("n%d", from), id, handle)
		}
		kinds = append(kinds, kind)
	}
	return f.spec()
}

// oddData is data for a node, which may name the node ref.
func (f *randomFlow) oddData(kind flow.NodeType, ref string) string {
	text := f.pick("{{input}}", "{{ input }}", "{{"+ref+".output}}", "{{ "+ref+".output }} x", "{{"+ref+".output.a}}", "{{input.a}}", "{{input.value}}", "fixed", "")
	if f.IntN(20) == 0 {
		return "null"
	}
	model := func(id string) string { return `{"modelId":"` + id + `","prompt":"x"}` }
	switch kind {
	case flow.Input:
		return f.pick(value("yes"), value(""), value("$& x"), value("deadbeef"), value("{{n0.output}}"), value(`{"a":"b"}`), plain,
			`{"value":{"a":1.0,"2":3}}`, `{"value":["x","y","z","v","w","u","t"]}`, `{"value":12345678901234567890}`, value("DEADBEEF"), `{"value":[5]}`)
	case flow.Model:
		return f.pick(ask(text), ask(text), model("says-error"), model("says-file"), model("json-out"), model("err-http"), model("null-content"), model("obj-content"), model("fmt-images"), model("fmt-data-b64"))
	case flow.Transform:
		return f.pick(upper, `{"operation":"lowercase"}`, `{"operation":"trim"}`, template(text), `{"operation":"replace","config":{"pattern":"x"}}`,
			`{"operation":"extract","config":{"field":"a"}}`, `{"operation":"extract","config":{"field":"a.b"}}`)
	case flow.Conditional:
		return f.pick(`{"compareValue":"yes"}`, `{"condition":"x","compareValue":`+string(quoted(text))+`}`, `{"condition":"{{input}}","operator":"contains","compareValue":"e"}`,
			`{"condition":"x","compareValue":"x","trueOutput":"T"}`, `{"condition":"x","operator":"regex","compareValue":"("}`)
	case flow.Loop:
		return f.pick(`{"maxIterations":2}`, `{"loopType":"array","arrayPath":`+string(quoted(text))+`}`, `{"loopType":"array","arrayPath":"x"}`, `{"loopType":"array"}`, `{"loopType":"array","arrayPath":"a,b,c,d,e,f"}`, `{"loopType":"array","arrayPath":"[1.0,2]","maxIterations":5}`,
			`{"loopType":"until","maxIterations":3,"breakCondition":"x"}`)
	case flow.Merge:
		return `{"strategy":"` + f.pick("concat", "array", "first", "last") + `"}`
	case flow.Output:
		return `{"format":"` + f.pick("text", "json", "file") + `"}`
	case flow.Knowledge:
		return `{"knowledgeBaseId":"` + f.pick("kb-flat", "kb-1", "kb-throw") + `","query":"q ` + text + `"}`
	}
	return `{"query":"q ` + text + `"}`
}

// TestEveryDifferenceIsExplained runs odd flows in both semantics. Where a node
// makes something else in the browser, and what it needs does not, Explain has
// said so: of the node, of what it needs, of a loop that it may be in, or of an
// input whose value comes to it.
func TestEveryDifferenceIsExplained(t *testing.T) {
	differ := 0
	for seed := range uint64(3000) {
		spec := newOddFlow(seed)
		services, _ := fakeServices()
		standard, err := engine.Run(t.Context(), spec, engine.Options{Services: services, Retries: -1})
		if err != nil {
			continue // refused
		}
		browser := mustRun(t.Context(), t, spec, engine.Options{Services: services, Semantics: browser.New})
		ours, theirs := byNode(standard), byNode(browser)
		if !slices.Equal(ours, theirs) {
			differ++
		}
		if n := unexplained(spec, standard, browser); n != "" {
			t.Fatalf("seed %d: nothing is said of node %s of %s\nstandard %q\nbrowser  %q", seed, n, spec.AppendJSON(nil), ours, theirs)
		}
	}
	if differ < 2000 {
		t.Errorf("only %d flows make a difference", differ)
	}
}

// TestExplanationsAreTrue runs odd flows in both semantics, and wants what Explain
// claims of each to be what the runs did.
func TestExplanationsAreTrue(t *testing.T) {
	claims := make(map[string]int)
	for seed := range uint64(3000) {
		spec := newOddFlow(seed)
		for _, semantics := range []string{browser.Standard, browser.Name} {
			services, model := fakeServices()
			var order []string
			opts := engine.Options{Semantics: named(semantics), Services: services, Retries: -1, Parallel: 1, Events: func(e flow.Event) {
				if e.Type == flow.EventNodeStarted && len(e.Round) == 0 && !slices.Contains(order, e.Node) {
					order = append(order, e.Node)
				}
			}}
			res, err := engine.Run(t.Context(), spec, opts)
			if err != nil {
				continue // refused
			}
			for claim, ok := range explained(spec, res, browser.Explain(spec, opts), order, model) {
				if claims[claim]++; !ok {
					t.Errorf("seed %d, %s: %s, but the run did not do that: %s", seed, semantics, claim, spec.AppendJSON(nil))
				}
			}
		}
	}
	for _, claim := range []string{"order", "calls", "branches", "both branches", "no data", "never runs", "runs again", "failed", "left", "cut", "until"} {
		if claims[claim] < 20 {
			t.Errorf("%q was claimed %d times only", claim, claims[claim])
		}
	}
}

// explained yields what is claimed of a run that can be seen in it, and whether it
// is so.
func explained(spec flow.Spec, res *engine.Result, e browser.Explanation, order []string, model *fakeModel) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		g, _ := engine.NewGraph(spec, flow.Validate(spec))
		runs, failed := make(map[string]int), make(map[string]string)
		for _, n := range res.Nodes {
			runs[n.ID] = n.Runs
		}
		for _, f := range res.Errors {
			failed[f.Node] = f.Err.Error()
		}
		result := func(id string) js.Value {
			for _, v := range res.NodeResults {
				if v.Node == id {
					value, _ := js.Parse(string(v.Value))
					return value
				}
			}
			return js.Undefined{}
		}
		var claimed []string
		for _, turn := range e.Order {
			if failed[turn.Loop] != "" {
				continue // a loop that fails has no rounds
			}
			if slices.Contains(order, turn.Node) && !slices.Contains(claimed, turn.Node) {
				claimed = append(claimed, turn.Node)
			}
		}
		yield("order", slices.Equal(claimed, order))
		yield("calls", len(model.calls) <= e.Calls.Most)
		for _, b := range e.Branches {
			if chosen := js.ToString(js.Get(result(b.Node), "branch")); chosen == "true" || chosen == "false" {
				for _, id := range b.Only {
					yield("branches", chosen == b.Handle || runs[id] == 0)
				}
			}
		}
		if e.Semantics != browser.Name {
			return
		}
		for _, d := range e.Differences {
			n := g.Node(d.Node)
			switch {
			case n == nil || runs[d.Node] == 0 && d.Code != browser.CodeEachOfNoLoop:
			case d.Code == browser.CodeBothBranches:
				for _, edge := range n.Out {
					if !eachOnly(edge.Target) {
						yield("both branches", runs[edge.Target.ID] > 0)
					}
				}
			case d.Code == browser.CodeNoData:
				yield("no data", failed[n.ID] != "")
			case d.Code == browser.CodeEachOfNoLoop:
				yield("never runs", runs[n.ID] == 0)
			case d.Code == browser.CodeRunsOnceMore && failed[n.ID] == "":
				for m := range engine.Reach(n, engine.IsEach) {
					yield("runs again", eachOnly(m) || runs[m.ID] > 0)
				}
			case d.Code == browser.CodeUntilNeverStops && failed[n.ID] == "":
				yield("until", js.ToString(js.Get(result(n.ID), "iterations")) == string(js.FromInt(int(n.MaxRounds()))))
			case d.Code == browser.CodeArrayCut && failed[n.ID] == "":
				yield("cut", js.ToNumber(js.Get(result(n.ID), "iterations")) <= 5)
			case d.Rule == "Errors" && failed[n.ID] != "" && strings.HasPrefix(d.Message, "if it fails, the browser runs"):
				for _, m := range g.Nodes {
					if strings.Contains(d.Message, fmt.Sprintf("%q", m.ID)) {
						yield("failed", runs[m.ID] > 0)
					}
				}
			case d.Rule == "Interpolation" && n.Kind == flow.Model && strings.Contains(d.Message, "the browser leaves it"):
				spelt, rest, _ := strings.Cut(d.Message, ": ")
				if strings.HasPrefix(rest, "if ") || strings.HasPrefix(rest, "nothing") == (len(n.In) > 0) {
					continue
				}
				kept := strings.Contains(rest, "leaves it as it is")
				asked := slices.ContainsFunc(model.prompts(), func(prompt string) bool { return strings.Contains(prompt, spelt) })
				yield("left", failed[n.ID] != "" || asked == kept)
			}
		}
	}
}

// unexplained finds a node at which the semantics part without a word of Explain,
// "" if there is none.
func unexplained(spec flow.Spec, standard, inBrowser *engine.Result) string {
	made := func(res *engine.Result) map[string]string {
		values := make(map[string]string)
		for _, n := range res.Nodes {
			values[n.ID] = string(n.Status)
		}
		for _, v := range res.NodeResults {
			values[v.Node] += string(v.Value)
		}
		return values
	}
	ours, theirs := made(standard), made(inBrowser)
	said := make(map[string]bool)
	for _, d := range browser.Explain(spec, engine.Options{}).Differences {
		said[d.Node] = true
	}
	g, _ := engine.NewGraph(spec, flow.Validate(spec))
	explained := make(map[*engine.Node]bool)
	for _, n := range g.Nodes {
		first := engine.IsEach
		if n.Kind == flow.Input { // what is in its value shows only where it is filled in
			first = func(*engine.Edge) bool { return true }
		}
		if explained[n] = explained[n] || said[n.ID]; said[n.ID] && (n.Kind == flow.Loop || n.Kind == flow.Input) {
			for m := range engine.Reach(n, first) {
				explained[m] = true
			}
		}
	}
	for _, n := range g.Nodes {
		if ours[n.ID] == theirs[n.ID] || explained[n] {
			continue
		}
		if !slices.ContainsFunc(dependencies(n), func(m *engine.Node) bool { return ours[m.ID] != theirs[m.ID] || said[m.ID] }) {
			return n.ID
		}
	}
	return ""
}

func eachOnly(n *engine.Node) bool {
	return len(n.In) > 0 && !slices.ContainsFunc(n.In, func(e *engine.Edge) bool { return !engine.IsEach(e) })
}

func dependencies(n *engine.Node) []*engine.Node {
	list := slices.Clone(n.Refs)
	for _, e := range n.In {
		list = append(list, e.Source)
	}
	return list
}
