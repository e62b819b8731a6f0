package browser

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Answer returns what is taken from the answer of a model: the last message of
// "messages", the first of "images", of "choices" or of "data".
func Answer(body js.Value) (js.Value, error) {
	if messages, ok := js.Get(body, "messages").(js.Array); ok && len(messages) > 0 {
		content := js.Get(messages[len(messages)-1], "content")
		if _, isText := js.AsString(content); js.Truthy(content) && !isText {
			return nil, Errorf("content.substring is not a function")
		}
		if js.Truthy(content) {
			return read(content)
		}
	}
	if images := js.Get(body, "images"); js.ToNumber(js.Get(images, "length")) > 0 {
		return js.Get(images, "0"), nil
	}
	if choice := js.Get(js.Get(body, "choices"), "0"); js.Truthy(choice) {
		message := js.Get(choice, "message")
		if _, null := message.(js.Null); null || js.IsUndefined(message) {
			return nil, Errorf("Cannot read properties of %s (reading 'content')", js.ToString(message))
		}
		return read(js.Get(message, "content"))
	}
	if data, ok := js.Get(body, "data").(js.Array); ok {
		if len(data) == 0 {
			return nil, Errorf("Cannot read properties of undefined (reading 'url')")
		}
		if url := js.Get(data[0], "url"); js.Truthy(url) {
			return url, nil
		}
		if content := js.Get(data[0], "b64_json"); js.Truthy(content) {
			return js.String("data:image/png;base64," + js.ToString(content)), nil
		}
	}
	return nil, Errorf("Invalid response from model - check console for details")
}

// read reads an answer in words: some are taken for a failure, and the path of a file
// for that file.
func read(content js.Value) (js.Value, error) {
	text, ok := js.AsString(content)
	if !ok {
		return content, nil
	}
	lower := js.ToLower(text)
	for _, words := range []string{"wasn't able to generate", "unable to generate", "failed to generate", "error generating", "❌ error"} {
		if strings.Contains(lower, words) {
			return nil, Errorf("Model failed: %s", text)
		}
	}
	if id := mentionedFile(text); id != "" {
		return js.String(id), nil
	}
	return content, nil
}
