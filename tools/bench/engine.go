package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// callTime is how long the model takes where that matters.
const callTime = 100 * time.Millisecond

// engine measures the engine by itself, and a server that runs many flows.
func (b *bench) engine(ctx context.Context) error {
	if err := b.chains(ctx); err != nil {
		return err
	}
	if err := b.calls(ctx); err != nil {
		return err
	}
	return b.manyRuns(ctx)
}

// chains measures transforms in a row. Ten runs of the short chain, which do as
// much as one of the long one, are one measurement, so that the collector's work
// counts on both sides.
func (b *bench) chains(ctx context.Context) error {
	short, err := chain(1000).spec()
	if err != nil {
		return err
	}
	long, err := chain(10_000).spec()
	if err != nil {
		return err
	}
	var shorts, longs []time.Duration
	for range 21 {
		took, err := timeRuns(ctx, 10, short, engine.Options{})
		if err != nil {
			return err
		}
		shorts = append(shorts, took/10)
		if took, err = timeRuns(ctx, 1, long, engine.Options{}); err != nil {
			return err
		}
		longs = append(longs, took)
	}
	one, ten := median(shorts), median(longs)
	b.add(row{What: "engine: a chain of 1,000 transforms, ms", Ours: ms(one), Ratio: float64(one) / 1e6, Bound: 5})
	b.add(row{What: "engine: a chain of 10,000, times as long", Ours: ms(ten), Other: "1,000: " + ms(one), Ratio: ratio(ten, one), Bound: 12})
	return nil
}

// calls measures what runs side by side, with a model in this process.
func (b *bench) calls(ctx context.Context) error {
	const items = 50
	list := "[" + strings.Repeat("0,", items-1) + "0]"
	for _, c := range []struct {
		what     string
		graph    *graph
		answer   time.Duration
		parallel int
		runs     int
		base     time.Duration // what the time is a multiple of
		other    string
		bound    float64
	}{
		{"a star of 1,000 instant model calls, ms", star(1000), 0, 0, 101, time.Millisecond, "", 10},
		{"16 independent calls of 100 ms, `--parallel 16`", star(16), callTime, 16, 5, callTime, "one call", 1.2},
		{"50 rounds of such a call in an `array` loop, `--parallel 10`", loop(list), callTime, 10, 5, items / 10 * callTime, "5 calls", 1.3},
	} {
		spec, err := c.graph.spec()
		if err != nil {
			return err
		}
		opts := engine.Options{Parallel: c.parallel, Services: engine.Services{Model: slowModel(c.answer)}}
		var times []time.Duration
		for range c.runs {
			took, err := timeRuns(ctx, 1, spec, opts)
			if err != nil {
				return err
			}
			times = append(times, took)
		}
		took := median(times)
		if c.other != "" {
			c.other += " " + ms(c.base)
		}
		b.add(row{What: "engine: " + c.what, Ours: ms(took), Other: c.other, Ratio: ratio(took, c.base), Bound: c.bound})
	}
	return nil
}

// timeRuns times n runs in a row.
func timeRuns(ctx context.Context, n int, spec flow.Spec, opts engine.Options) (time.Duration, error) {
	start := time.Now()
	for range n {
		res, err := engine.Run(ctx, spec, opts)
		if err != nil {
			return 0, err
		}
		if res.Status != flow.RunSuccess {
			return 0, fmt.Errorf("the run ended with %s: %v", res.Status, res.Errors)
		}
	}
	return time.Since(start), nil
}

// slowModel answers after a while.
type slowModel time.Duration

// Chat implements engine.ChatModel.
func (m slowModel) Chat(ctx context.Context, _ engine.ChatRequest, _ func(string)) (json.RawMessage, error) {
	if m > 0 {
		select {
		case <-time.After(time.Duration(m)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return json.RawMessage(`{"choices":[{"message":{"content":"done"}}]}`), nil
}

// graph is the text of a flow that is being put together.
type graph struct{ nodes, edges bytes.Buffer }

func (g *graph) node(id string, t flow.NodeType, data string) {
	separate(&g.nodes)
	fmt.Fprintf(&g.nodes, `{"id":%q,"type":%q,"position":{"x":0,"y":0},"data":%s}`, id, t, data)
}

func (g *graph) edge(source, target, handle string) {
	separate(&g.edges)
	fmt.Fprintf(&g.edges, `{"id":"%s-%s","source":%q,"target":%q,"sourceHandle":%q}`, source, target, source, target, handle)
}

func separate(list *bytes.Buffer) {
	if list.Len() > 0 {
		list.WriteByte(',')
	}
}

func (g *graph) spec() (flow.Spec, error) {
	return flow.ParseSpec(fmt.Appendf(nil, `{"nodes":[%s],"edges":[%s]}`, g.nodes.Bytes(), g.edges.Bytes()))
}

// chain is an input with so many transforms in a row.
func chain(n int) *graph {
	g := new(graph)
	g.node("in", flow.Input, `{"value":"hello"}`)
	last := "in"
	for i := range n {
		id := fmt.Sprintf("t%d", i)
		g.node(id, flow.Transform, `{"operation":"uppercase","config":{}}`)
		g.edge(last, id, "")
		last = id
	}
	return g
}

// star is an input with so many models.
func star(n int) *graph {
	g := new(graph)
	g.node("in", flow.Input, `{"value":"hello"}`)
	for i := range n {
		id := fmt.Sprintf("m%d", i)
		g.node(id, flow.Model, `{"modelId":"m","prompt":"{{input}}"}`)
		g.edge("in", id, "")
	}
	return g
}

// loop is a loop over the list with a model in its body.
func loop(list string) *graph {
	g := new(graph)
	g.node("loop", flow.Loop, fmt.Sprintf(`{"loopType":"array","arrayPath":%q}`, list))
	g.node("m", flow.Model, `{"modelId":"m","prompt":"{{input.iteration}}"}`)
	g.edge("loop", "m", "each")
	return g
}
