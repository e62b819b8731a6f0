package engine

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Echo is a model that answers with what it is asked: without a network, the
// same every time, for demonstrations and tests. The answer is "[model] text";
// every image is "(image)".
type Echo struct{}

// Chat implements [ChatModel]. A streamed answer comes word by word.
func (Echo) Chat(ctx context.Context, req ChatRequest, delta func(string)) (json.RawMessage, error) {
	var said []string
	for _, m := range req.Messages {
		if m.Parts == nil {
			said = append(said, m.Text)
		}
		for _, p := range m.Parts {
			if p.Image != "" {
				said = append(said, "(image)")
			} else {
				said = append(said, p.Text)
			}
		}
	}
	asked := strings.Join(said, "\n")
	answer := "[" + req.Model + "] " + asked
	if req.Stream && delta != nil {
		for _, word := range strings.SplitAfter(answer, " ") {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			delta(word)
		}
	}
	prompt, completion := len(strings.Fields(asked)), len(strings.Fields(answer))
	return js.AppendJSON(nil, js.Object{
		{Key: "choices", Value: js.Array{js.Object{{Key: "message", Value: js.Object{
			{Key: "role", Value: js.String("assistant")},
			{Key: "content", Value: js.String(answer)},
		}}}}},
		{Key: "usage", Value: js.Object{
			{Key: "prompt_tokens", Value: js.FromInt(prompt)},
			{Key: "completion_tokens", Value: js.FromInt(completion)},
			{Key: "total_tokens", Value: js.FromInt(prompt + completion)},
		}},
	}), nil
}
