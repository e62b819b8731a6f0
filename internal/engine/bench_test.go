package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// slowModel answers after a while.
type slowModel time.Duration

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

func benchmark(b *testing.B, spec flow.Spec, opts engine.Options) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		res, err := engine.Run(b.Context(), spec, opts)
		if err != nil {
			b.Fatal(err)
		}
		if res.Status != flow.RunSuccess {
			b.Fatal(res.Errors)
		}
	}
}

// chain is an input with so many transforms in a row.
func chain(n int) flow.Spec {
	f := newFlow()
	f.node("in", flow.Input, `{"value":"hello"}`)
	last := "in"
	for i := range n {
		id := fmt.Sprintf("t%d", i)
		f.node(id, flow.Transform, `{"operation":"uppercase","config":{}}`)
		f.edge(last, id, "")
		last = id
	}
	return f.spec()
}

// star is an input with so many models.
func star(n int) flow.Spec {
	f := newFlow()
	f.node("in", flow.Input, `{"value":"hello"}`)
	for i := range n {
		id := fmt.Sprintf("m%d", i)
		f.node(id, flow.Model, `{"modelId":"m","prompt":"{{input}}"}`)
		f.edge("in", id, "")
	}
	return f.spec()
}

// The names of the benchmarks say what the issue allows.
func BenchmarkChain1000_5ms(b *testing.B)  { benchmark(b, chain(1000), engine.Options{}) }
func BenchmarkChain10000_12x(b *testing.B) { benchmark(b, chain(10000), engine.Options{}) }
func BenchmarkChain1000Browser(b *testing.B) {
	benchmark(b, chain(1000), engine.Options{Semantics: browser.New})
}
func BenchmarkStar1000_10ms(b *testing.B) {
	benchmark(b, star(1000), engine.Options{Services: engine.Services{Model: slowModel(0)}})
}

func BenchmarkParallel16_120ms(b *testing.B) {
	benchmark(b, star(16), engine.Options{Parallel: 16, Services: engine.Services{Model: slowModel(100 * time.Millisecond)}})
}

func BenchmarkLoop50Parallel10_650ms(b *testing.B) {
	f := newFlow()
	f.node("loop", flow.Loop, fmt.Sprintf(`{"loopType":"array","arrayPath":%q}`, "["+strings.Repeat("0,", 49)+"0]"))
	f.node("m", flow.Model, `{"modelId":"m","prompt":"{{input.iteration}}"}`)
	f.edge("loop", "m", "each")
	spec := f.spec()
	benchmark(b, spec, engine.Options{Parallel: 10, Services: engine.Services{Model: slowModel(100 * time.Millisecond)}})
}
