package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// randomFlow makes a flow on which the semantics agree: without conditionals,
// loops, errors and odd text. What it leaves out next to those is a rule's own
// difference: templates and queries have one input (rule 5), references have an
// edge after them (rule 2), no text is empty (rule 8).
type randomFlow struct {
	*builder
	*rand.Rand
	ids    []string
	groups [][][]byte // edges by their target
}

func newRandomFlow(seed uint64) flow.Spec {
	f := &randomFlow{builder: newFlow(), Rand: rand.New(rand.NewPCG(seed, 1))}
	for range 1 + f.IntN(3) {
		f.add(flow.Input, value(f.words()))
	}
	for range f.IntN(14) {
		f.grow()
	}
	f.Shuffle(len(f.nodes), func(i, j int) { f.nodes[i], f.nodes[j] = f.nodes[j], f.nodes[i] })
	// The order of a node's edges is kept: it is the order of inputs, which grow relies on.
	f.Shuffle(len(f.groups), func(i, j int) { f.groups[i], f.groups[j] = f.groups[j], f.groups[i] })
	f.edges = slices.Concat(f.groups...)
	return f.spec()
}

func (f *randomFlow) words() string {
	return f.pick("Quiet river", "some words, in a row", "Über die Straße", "x", "line\nline")
}

func (f *randomFlow) pick(of ...string) string { return of[f.IntN(len(of))] }

func (f *randomFlow) add(t flow.NodeType, data string) string {
	id := fmt.Sprintf("%s%d", f.pick("n", "node-", "Z_", ""), 10*len(f.ids)+f.IntN(10))
	f.ids = append(f.ids, id)
	f.node(id, t, data)
	return id
}

// grow adds a node after some of those that are there.
func (f *randomFlow) grow() {
	parents := make([]string, 1+f.IntN(3))
	for i := range parents {
		parents[i] = f.ids[f.IntN(len(f.ids))] // perhaps the same twice
	}
	one := parents[:1]
	var id string
	switch f.IntN(9) {
	case 0:
		id = f.add(flow.Model, ask(f.pick("", "Say {{input}}.", "{{input}} and {{ input }}", "fixed words")))
	case 1:
		id = f.add(flow.Model, ask(f.pick("See {{%s.output}}!", "{{input}}: {{ %s.output }}")))
		f.nodes[len(f.nodes)-1] = fmt.Appendf(nil, string(f.nodes[len(f.nodes)-1]), parents[len(parents)-1])
	case 2:
		id = f.add(flow.Transform, `{"operation":"`+f.pick("uppercase", "lowercase", "trim", "none")+`"}`)
	case 3:
		id = f.add(flow.Transform, `{"operation":"replace","config":{"pattern":"[aeiou]+","replacement":"<$&>"}}`)
	case 4:
		parents = one
		id = f.add(flow.Transform, template(f.pick("<{{input}}>", "{{ input }} twice {{input}}", "no placeholder")))
	case 5:
		id = f.add(flow.Merge, `{"strategy":"`+f.pick("concat", "array", "first", "last", "odd")+`","separator":"`+f.pick("", ", ", `\\n`)+`"}`)
	case 6:
		id = f.add(flow.Output, `{"format":"`+f.pick("text", "markdown")+`"}`)
	case 7:
		parents = one
		id = f.add(flow.Knowledge, `{"knowledgeBaseId":"kb-half","query":"about {{input}}","topK":2,"includeMetadata":true}`)
	case 8:
		parents = one
		id = f.add(flow.WebSearch, `{"query":"https://find.test/{{ input }}","maxResults":1}`)
	}
	first := len(f.edges)
	for _, p := range parents {
		f.edge(p, id, "")
	}
	f.groups = append(f.groups, f.edges[first:])
}

// jitter answers like the fake model, after a moment that differs.
type jitter struct {
	*fakeModel
	rand.Source
}

func (j jitter) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	j.mu.Lock()
	wait := time.Duration(j.Uint64()%300) * time.Microsecond
	j.mu.Unlock()
	time.Sleep(wait)
	return j.fakeModel.Chat(ctx, req, delta)
}

// TestSemanticsAgree runs random flows in both semantics.
func TestSemanticsAgree(t *testing.T) {
	models, nodes := 0, 0
	kinds := make(map[flow.NodeType]int)
	for seed := range uint64(400) {
		spec := newRandomFlow(seed)
		services, model := fakeServices()
		res := mustRun(t.Context(), t, spec, engine.Options{Semantics: browser.New, Services: services})
		if res.Status != flow.RunSuccess {
			t.Fatalf("seed %d: the browser fails with %v", seed, res.Errors)
		}
		want, asked := byNode(res), model.prompts()
		models, nodes = models+len(asked), nodes+len(spec.Nodes)
		for _, n := range spec.Nodes {
			kinds[n.Type]++
		}
		var first string
		for _, parallel := range []int{1, 2, 8} {
			services, model := fakeServices()
			services.Model = jitter{model, rand.NewPCG(seed, uint64(parallel))}
			res := mustRun(t.Context(), t, spec, engine.Options{Parallel: parallel, Services: services})
			if got := byNode(res); !slices.Equal(got, want) {
				t.Fatalf("seed %d, parallel %d: standard makes\n%q\nthe browser\n%q\nof %s", seed, parallel, got, want, spec.AppendJSON(nil))
			}
			if got := model.prompts(); !slices.Equal(got, asked) {
				t.Fatalf("seed %d, parallel %d: standard asks %q, the browser %q", seed, parallel, got, asked)
			}
			exec := res.Execution("")
			made := fmt.Sprintf("%s %s %s %s", exec.Status, exec.Inputs, exec.Outputs, exec.NodeResults)
			if first == "" {
				first = made
			} else if made != first {
				t.Fatalf("seed %d: parallel %d makes\n%s\nwant\n%s", seed, parallel, made, first)
			}
		}
	}
	if models < 400 || nodes < 2400 {
		t.Errorf("only %d model calls in %d nodes: the flows are too poor a test", models, nodes)
	}
	for _, kind := range []flow.NodeType{flow.Input, flow.Model, flow.Knowledge, flow.WebSearch, flow.Transform, flow.Merge, flow.Output} {
		if kinds[kind] < 200 {
			t.Errorf("there are only %d %s nodes", kinds[kind], kind)
		}
	}
}

// byNode is the results as lines, in no particular order of the run's.
func byNode(res *engine.Result) []string {
	var lines []string
	for _, v := range res.NodeResults {
		lines = append(lines, v.Node+" "+string(v.Value))
	}
	slices.Sort(lines)
	return lines
}

// newBranchingFlow makes a flow of models, conditionals and loops. Whatever
// overlaps or leads in circles is refused, as it is in a flow by an author.
func newBranchingFlow(seed uint64) flow.Spec {
	f := &randomFlow{builder: newFlow(), Rand: rand.New(rand.NewPCG(seed, 2))}
	kinds := []flow.NodeType{flow.Input}
	f.node("n0", flow.Input, value(f.pick("yes", "no")))
	for i := range 2 + f.IntN(12) {
		id := fmt.Sprintf("n%d", i+1)
		kind := []flow.NodeType{flow.Model, flow.Model, flow.Conditional, flow.Loop, flow.Merge}[f.IntN(5)]
		switch kind {
		case flow.Model:
			f.node(id, kind, ask(f.pick("fixed", "{{n0.output}}")))
		case flow.Conditional:
			f.node(id, kind, `{"condition":"{{n0.output}}","compareValue":"yes"}`)
		case flow.Loop:
			f.node(id, kind, fmt.Sprintf(`{"maxIterations":%d}`, 1+f.IntN(3)))
		default:
			f.node(id, kind, plain)
		}
		for range 1 + f.IntN(2) {
			from := f.IntN(len(kinds))
			handle := ""
			if handles := kinds[from].Handles(); len(handles) > 0 && f.IntN(5) > 0 {
				handle = handles[f.IntN(len(handles))]
			}
			f.edge(fmt.Sprintf("n%d", from), id, handle)
		}
		kinds = append(kinds, kind)
	}
	return f.spec()
}

// TestNoMoreCallsThanExplained runs random flows with branches and loops: no run
// makes more model calls than Explain says that there can be, and most that have
// no choice make as many.
func TestNoMoreCallsThanExplained(t *testing.T) {
	ran, asMany, chosen := map[string]int{}, map[string]int{}, 0
	for seed := range uint64(1500) {
		spec := newBranchingFlow(seed)
		for _, semantics := range []string{browser.Standard, browser.Name} {
			services, model := fakeServices()
			opts := engine.Options{Semantics: named(semantics), Services: services}
			res, err := engine.Run(t.Context(), spec, opts)
			if err != nil {
				continue // refused
			}
			explained := browser.Explain(spec, opts)
			calls, most := len(model.calls), explained.Calls.Most
			if calls > most || calls != res.Calls {
				t.Fatalf("seed %d, %s: %d calls are made (%d told), %d explained, of %s", seed, semantics, calls, res.Calls, most, spec.AppendJSON(nil))
			}
			if ran[semantics]++; calls == most && most > 0 {
				asMany[semantics]++
			}
			if slices.ContainsFunc(explained.Calls.Path, func(s engine.PathStep) bool { return s.Branch != "" }) {
				chosen++
			}
		}
	}
	if ran[browser.Standard] < 300 || ran[browser.Name] < 1000 || chosen < 100 || asMany[browser.Standard]*2 < ran[browser.Standard] || asMany[browser.Name]*2 < ran[browser.Name] {
		t.Errorf("the flows are too poor a test: ran %v, as many calls as explained %v, with choices %d", ran, asMany, chosen)
	}
}
