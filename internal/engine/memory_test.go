package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestMemory runs flows that hold far more than their budget. What they allocate
// in all, garbage included, is bounded, so that what they hold at a time is, too.
func TestMemory(t *testing.T) {
	const budget = 8 << 20
	input := func(kib int) string { return string(quoted(strings.Repeat("a", kib<<10))) }
	valued := func(value string) *builder { return newFlow().node("i", flow.Input, `{"value":`+value+`}`) }
	parallel := func(n int, data, value string) *builder {
		b := valued(value)
		for i := range n {
			id := fmt.Sprint("t", i)
			b.node(id, flow.Transform, data).join("i", id)
		}
		return b
	}
	chain := valued(input(500))
	for i := range 30 {
		chain.node(fmt.Sprint("t", i), flow.Transform, fmt.Sprintf(`{"operation":%q}`, []string{"uppercase", "lowercase"}[i%2]))
		if i > 0 {
			chain.join(fmt.Sprint("t", i-1), fmt.Sprint("t", i))
		}
	}
	chain.join("i", "t0")
	nested := valued(`"x"`)
	for i := range 600 {
		nested.node(fmt.Sprint("l", i), flow.Loop, `{"maxIterations":1}`)
		if i > 0 {
			nested.edge(fmt.Sprint("l", i-1), fmt.Sprint("l", i), "each")
		}
	}
	nested.join("i", "l0").node("t", flow.Transform, `{"operation":"trim"}`).edge("l599", "t", "each")
	doubled := valued(input(1))
	for i := range 30 {
		id, before := fmt.Sprint("m", i), fmt.Sprint("m", i-1)
		if i == 0 {
			before = "i"
		}
		doubled.node(id, flow.Merge, `{"strategy":"array"}`).join(before, id).join(before, id)
	}
	transform := func(value, data string) *builder {
		return valued(value).node("t", flow.Transform, data).join("i", "t")
	}
	template := func(text string) string {
		return `{"operation":"template","config":{"template":` + string(quoted(text)) + `}}`
	}
	prompt := func(value, text string) *builder {
		return valued(value).node("m", flow.Model, `{"modelId":"m","prompt":`+string(quoted(text))+`}`).join("i", "m")
	}
	rounds := func(id string, typ flow.NodeType, data string) *builder {
		return valued(input(500)).node("l", flow.Loop, `{"maxIterations":3000}`).node(id, typ, data).join("i", "l").edge("l", id, "each")
	}
	if err := engine.Check(nested.spec(), engine.Options{}); err == nil || !strings.Contains(err.Error(), "loops are inside each other") {
		t.Errorf("600 loops inside each other: %v", err)
	}
	both := []string{browser.Standard, browser.Name}
	for _, test := range []struct {
		name      string
		semantics []string
		flow      *builder
		limit     string
		garbage   int64 // how often what is held is made anew
	}{
		{"nested loops", []string{browser.Name}, nested, engine.LimitDepth, 1},
		{"$` in a replacement", both, transform(`"`+strings.Repeat("a", 500<<10)+`z"`, `{"operation":"replace","config":{"pattern":"z","replacement":"`+strings.Repeat("$`", 100_000)+`"}}`), engine.LimitResult, 3},
		{"a template of {{input}}", both, transform(input(500), template(strings.Repeat("{{input}}", 50_000))), engine.LimitMemory, 1},
		{"$' in an input", []string{browser.Name}, transform(`"`+strings.Repeat("$'", 2000)+`"`, template(strings.Repeat("{{input}}", 2000)+strings.Repeat("b", 500_000))), engine.LimitMemory, 1},
		{"a prompt of {{input}}", both, prompt(input(500), strings.Repeat("{{input}}", 50_000)), engine.LimitMemory, 1},
		{"references in what comes in", []string{browser.Name}, prompt(string(quoted(strings.Repeat("{{input}}{{i.output}}", 400))), strings.Repeat("{{input}}", 400)), engine.LimitMemory, 1},
		{"a query of {{input}}", both, valued(input(500)).node("k", flow.Knowledge, `{"knowledgeBaseId":"k","query":`+string(quoted(strings.Repeat("{{input}}", 5000)))+`}`).join("i", "k"), engine.LimitMemory, 1},
		{"a condition of {{input}}", both, valued(input(500)).node("c", flow.Conditional, `{"condition":`+string(quoted(strings.Repeat("{{input}}", 5000)))+`}`).join("i", "c"), engine.LimitMemory, 1},
		{"many in parallel", both, parallel(300, `{"operation":"uppercase"}`, input(500)), engine.LimitMemory, 1},
		{"a chain", both, chain, engine.LimitMemory, 1},
		{"a loop over a transform", []string{browser.Standard}, rounds("t", flow.Transform, `{"operation":"uppercase"}`), engine.LimitMemory, 1},
		{"a loop over an output", both, rounds("o", flow.Output, `{}`), engine.LimitMemory, 3},
		{"merges of merges", both, doubled, engine.LimitMemory, 1},
		{"a list of numbers", both, transform(`"[`+strings.Repeat("1,", 500_000)+`1]"`, `{"operation":"extract","config":{"field":"0"}}`), engine.LimitMemory, 1},
		{"a list of items", both, valued(`"`+strings.Repeat("1,", 500_000)+`"`).node("l", flow.Loop, `{"loopType":"array","arrayPath":"`+strings.Repeat("1,", 500_000)+`"}`).join("i", "l"), engine.LimitMemory, 1},
		{"JSON for an output", both, valued(`"[`+strings.Repeat("1,", 500_000)+`1]"`).node("o", flow.Output, `{"format":"json"}`).join("i", "o"), engine.LimitMemory, 1},
		{"a pattern", both, transform(`"x"`, `{"operation":"replace","config":{"pattern":"`+strings.Repeat("[^a-z](a|b)", 20_000)+`"}}`), engine.LimitMemory, 1},
		{"control characters", both, parallel(6, `{"operation":"uppercase"}`, string(quoted(strings.Repeat("\x01", 400<<10)))), engine.LimitMemory, 1},
	} {
		for _, semantics := range test.semantics {
			t.Run(test.name+"/"+semantics, func(t *testing.T) {
				spec := test.flow.spec()
				memory := engine.NewBudget(budget, nil)
				services := engine.Services{Model: &fakeModel{}, Retriever: fakeKnowledge{}}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				res, err := engine.Run(t.Context(), spec, engine.Options{Semantics: named(semantics), Services: services, Memory: memory, Limits: engine.Limits{Result: budget}})
				runtime.ReadMemStats(&after)
				if err != nil {
					t.Fatal(err)
				}
				var limit *engine.LimitError
				if !errors.As(res.Err, &limit) || limit.Limit != test.limit && limit.Limit != engine.LimitResult {
					t.Errorf("it ended with %v, want the limit of %s", res.Err, test.limit)
				}
				if memory.Most() > budget {
					t.Errorf("%d bytes were counted, the budget is %d", memory.Most(), budget)
				}
				flowSize := int64(len(spec.Nodes)) * 2000
				for _, n := range spec.Nodes {
					flowSize += 8 * int64(len(n.Data))
				}
				if made := int64(after.TotalAlloc - before.TotalAlloc); made > test.garbage*2*budget+flowSize {
					t.Errorf("%.1f MiB were allocated with a budget of %d MiB", float64(made)/(1<<20), budget>>20)
				}
				if used := memory.Used(); used < 0 {
					t.Errorf("%d bytes are counted after the run", used)
				}
			})
		}
	}
}

// TestLoopsInsideEachOther takes as many as are allowed.
func TestLoopsInsideEachOther(t *testing.T) {
	for _, depth := range []int{engine.MaxDepth, engine.MaxDepth + 1} {
		b := newFlow().node("t", flow.Transform, `{"operation":"trim"}`).node("i", flow.Input, `{"value":"x"}`).join("i", "l0")
		for i := range depth {
			b.node(fmt.Sprint("l", i), flow.Loop, `{"maxIterations":1}`)
			if i > 0 {
				b.edge(fmt.Sprint("l", i-1), fmt.Sprint("l", i), "each")
			}
		}
		b.edge(fmt.Sprint("l", depth-1), "t", "each")
		for _, semantics := range []string{browser.Standard, browser.Name} {
			res := mustRun(t.Context(), t, b.spec(), engine.Options{Semantics: named(semantics)})
			var limit *engine.LimitError
			if errors.As(res.Err, &limit) != (depth > engine.MaxDepth) || limit != nil && limit.Limit != engine.LimitDepth {
				t.Errorf("%s: %d loops inside each other end with %v", semantics, depth, res.Err)
			}
		}
	}
}

// TestMemoryOfRun keeps what a run answers counted, and nothing else.
func TestMemoryOfRun(t *testing.T) {
	spec := newFlow().node("i", flow.Input, `{"value":"[1,2,3]"}`).node("l", flow.Loop, `{"loopType":"array"}`).
		node("t", flow.Transform, `{"operation":"template","config":{"template":"{{input.value}} {{input}}"}}`).node("o", flow.Output, `{}`).
		edge("i", "l", "").edge("l", "t", "each").edge("t", "o", "").spec()
	for _, semantics := range []string{browser.Standard, browser.Name} {
		all := engine.NewBudget(1<<20, nil)
		memory := engine.NewBudget(1<<20, all)
		inputs := map[string]json.RawMessage{"i": json.RawMessage(`["a","b"]`)}
		res, err := engine.Run(t.Context(), spec, engine.Options{Semantics: named(semantics), Inputs: inputs, Memory: memory})
		if err != nil || len(res.Errors) > 0 {
			t.Fatal(err, res.Errors)
		}
		answer := 0
		for _, v := range res.NodeResults {
			answer += len(v.Value)
		}
		used := int(memory.Used())
		if used < answer*engine.Answered || used > answer*(engine.Answered+8) || all.Used() != memory.Used() {
			t.Errorf("%s: %d bytes are counted, %d by the parent, for an answer of %d", semantics, used, all.Used(), answer)
		}
		if memory.Close(); memory.Used() != 0 || all.Used() != 0 {
			t.Errorf("%s: %d and %d bytes are counted at the end", semantics, memory.Used(), all.Used())
		}
	}
}

func TestBudget(t *testing.T) {
	all := engine.NewBudget(100, nil)
	a, b := engine.NewBudget(60, all), engine.NewBudget(-1, all)
	for _, step := range []struct {
		of    *engine.Budget
		take  int64
		limit string
	}{{a, 61, engine.LimitMemory}, {a, 60, ""}, {a, 1, engine.LimitMemory}, {b, 41, engine.LimitSharedMemory}, {b, 40, ""}, {b, 1, engine.LimitSharedMemory}, {nil, 1 << 50, ""}} {
		err := step.of.Take(step.take)
		var limit *engine.LimitError
		if errors.As(err, &limit); (err == nil) != (step.limit == "") || err != nil && limit.Limit != step.limit {
			t.Errorf("taking %d: %v, want %q", step.take, err, step.limit)
		}
	}
	if a.Give(10); all.Used() != 90 || a.Used() != 50 || a.Most() != 60 {
		t.Errorf("%d of %d are counted", a.Used(), all.Used())
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 1000 {
				if b.Take(3) == nil {
					b.Give(3)
				}
			}
		})
	}
	group.Wait()
	a.Close()
	b.Close()
	if all.Used() != 0 {
		t.Errorf("%d bytes are counted at the end", all.Used())
	}
}

// TestBudgetReserve: children that hold much leave the last bytes to those that hold
// little.
func TestBudgetReserve(t *testing.T) {
	all := engine.NewBudget(100, nil)
	all.Reserve(30, 10)
	large, little := engine.NewBudget(-1, all), engine.NewBudget(-1, all)
	run := engine.NewBudget(-1, little) // the run's user counts, and not the run
	for i, step := range []struct {
		of   *engine.Budget
		take int64
		ok   bool
	}{{large, 71, false}, {large, 70, true}, {large, 1, false}, {run, 6, true}, {run, 5, false}, {run, 4, true}, {little, 1, false}} {
		if err := step.of.Take(step.take); (err == nil) != step.ok {
			t.Errorf("step %d: %v", i, err)
		}
	}
	if large.Give(20); run.Take(10) != nil || large.Take(1) == nil {
		t.Errorf("%d bytes are held, %d and %d", all.Used(), large.Used(), little.Used())
	}
}
