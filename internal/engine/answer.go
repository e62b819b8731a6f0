package engine

import (
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Content returns the node's result from the answer of the model: the last message of
// "messages", the first of "images", the first of "choices" or of "data".
func (standard) Content(_ *Call, body js.Value) (js.Value, error) {
	if messages, ok := js.Get(body, "messages").(js.Array); ok && len(messages) > 0 {
		if content := js.Get(messages[len(messages)-1], "content"); js.Truthy(content) {
			return content, nil
		}
	}
	if images := js.Get(body, "images"); js.ToNumber(js.Get(images, "length")) > 0 {
		return fileOf(js.Get(images, "0")), nil
	}
	if choice := js.Get(js.Get(body, "choices"), "0"); js.Truthy(choice) {
		return contentOf(messageOf(choice)), nil
	}
	if data, ok := js.Get(body, "data").(js.Array); ok && len(data) == 0 {
		return nil, errors.New("it has no file")
	}
	made := js.Get(js.Get(body, "data"), "0") // by an image model: a URL, or content
	if url := js.Get(made, "url"); js.Truthy(url) {
		return fileOf(url), nil
	}
	if content := js.Get(made, "b64_json"); js.Truthy(content) {
		return fileOf(js.String("data:image/png;base64," + js.ToString(content))), nil
	}
	return nil, fmt.Errorf("it has no content, but is %s", js.Substring(js.Text(body), 200))
}

// usageOf returns the token counts in an answer.
func usageOf(body js.Value) flow.Usage {
	count := func(key string) int64 {
		if n, ok := js.Get(js.Get(body, "usage"), key).(js.Number); ok {
			return int64(n.Float())
		}
		return 0
	}
	u := flow.Usage{Prompt: count("prompt_tokens"), Completion: count("completion_tokens"), Total: count("total_tokens")}
	if u.Total == 0 {
		u.Total = u.Prompt + u.Completion
	}
	return u
}
