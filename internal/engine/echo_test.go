package engine_test

import (
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestEcho(t *testing.T) {
	spec := newFlow().node("i", flow.Input, `{"value":"two words","fileIds":["data:image/png;base64,QUJD"]}`).
		node("m", flow.Model, ask("say {{input}}")).join("i", "m").spec()
	var deltas []string
	for range 2 {
		deltas = nil
		res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: engine.Echo{}}, Events: func(e flow.Event) {
			if e.Type == flow.EventNodeDelta {
				deltas = append(deltas, e.Delta)
			}
		}})
		if got := string(res.NodeResults[1].Value); got != `"[m1] say two words\n(image)"` {
			t.Errorf("the answer is %s", got)
		}
		if res.Tokens != (flow.Usage{Prompt: 4, Completion: 5, Total: 9}) {
			t.Errorf("the tokens are %v", res.Tokens)
		}
	}
	if want := "[m1] say two words\n(image)"; strings.Join(deltas, "") != want || len(deltas) < 3 {
		t.Errorf("the deltas are %q", deltas)
	}
}
