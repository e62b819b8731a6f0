package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// thinkingModel streams a text one byte at a time.
type thinkingModel struct{ text string }

func (m thinkingModel) Chat(_ context.Context, _ engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	for _, r := range m.text {
		if delta != nil {
			delta(string(r))
		}
	}
	return js.AppendJSON(nil, js.Object{{Key: "choices", Value: js.Array{js.Object{{Key: "message", Value: js.Object{{Key: "content", Value: js.String(m.text)}}}}}}}), nil
}

func TestStripThinking(t *testing.T) {
	for _, c := range []struct {
		text, want, failure string
		deltas              string // "" if it is as want
	}{
		{text: "fine", want: "fine"},
		{text: "<think>\nhm, <b>\n</think>\n\nfine", want: "fine"},
		{text: " <thinking>a</thinking><think>b</think> fine <think>x</think>", want: "fine <think>x</think>"},
		{text: "◁think▷a◁/think▷fine", want: "fine"},
		{text: "<thin> fine", want: "<thin> fine"},
		{text: "hm, so\n</think>\n\nfine", want: "fine", deltas: "hm, so\n</think>\n\nfine"},
		{text: "<think>never ends", failure: "the model thought but gave no answer: never ends"},
		{text: "<think>a</think>\n", failure: "the model thought but gave no answer: a"},
	} {
		spec := newFlow().node("m", flow.Model, ask("p")).spec()
		var deltas strings.Builder
		events := func(e flow.Event) { deltas.WriteString(e.Delta) }
		res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: thinkingModel{c.text}}, StripThinking: true, Events: events})
		exec := res.Execution("")
		switch {
		case c.failure != "" && (len(res.Errors) != 1 || !strings.Contains(res.Errors[0].Err.Error(), c.failure)):
			t.Errorf("%q ends with %s, want %q", c.text, exec.Errors, c.failure)
		case c.failure == "" && string(exec.NodeResults) != `{"m":`+string(js.AppendJSON(nil, js.String(c.want)))+`}`:
			t.Errorf("%q is %s %s, want %q", c.text, exec.NodeResults, exec.Errors, c.want)
		}
		want := c.want
		if c.deltas != "" {
			want = c.deltas
		}
		if deltas.String() != want {
			t.Errorf("%q comes as %q, want %q", c.text, deltas.String(), want)
		}
		res = mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: thinkingModel{c.text}}})
		if got := string(res.Execution("").NodeResults); got != `{"m":`+string(js.AppendJSON(nil, js.String(c.text)))+`}` {
			t.Errorf("without the option %q is %s", c.text, got)
		}
	}
}
