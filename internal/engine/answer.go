package engine

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// answer finds the node's result in the answer of the model: the last message of
// "messages", the first of "images", the first of "choices" or of "data".
func (c *call) answer(body js.Value) (js.Value, error) {
	v, err := c.content(body)
	if err != nil {
		return nil, c.rules.worded("Model execution failed: %w", "read the model's answer: %w", err)
	}
	return v, nil
}

func (c *call) content(body js.Value) (js.Value, error) {
	if messages, ok := js.Get(body, "messages").(js.Array); ok && len(messages) > 0 {
		content := js.Get(messages[len(messages)-1], "content")
		if _, isText := js.AsString(content); js.Truthy(content) && !isText && !c.rules.Files {
			return nil, says("content.substring is not a function")
		}
		if js.Truthy(content) {
			return c.readText(content)
		}
	}
	if images := js.Get(body, "images"); js.ToNumber(js.Get(images, "length")) > 0 {
		return c.file(js.Get(images, "0")), nil
	}
	if choice := js.Get(js.Get(body, "choices"), "0"); js.Truthy(choice) {
		if c.rules.Model {
			return c.readText(contentOf(messageOf(choice)))
		}
		message := js.Get(choice, "message")
		if _, null := message.(js.Null); null || js.IsUndefined(message) {
			return nil, says("Cannot read properties of %s (reading 'content')", js.ToString(message))
		}
		return c.readText(js.Get(message, "content"))
	}
	if data, ok := js.Get(body, "data").(js.Array); ok {
		return c.generated(body, data)
	}
	return nil, c.noAnswer(body)
}

func (c *call) noAnswer(body js.Value) error {
	if !c.rules.Errors {
		return says("Invalid response from model - check console for details")
	}
	return fmt.Errorf("it has no content, but is %s", js.Substring(js.Text(body), 200))
}

// generated is the first file of an image model's answer: a URL, or its content
// as a data: URL.
func (c *call) generated(body js.Value, data js.Array) (js.Value, error) {
	if len(data) == 0 {
		return nil, c.rules.worded("Cannot read properties of undefined (reading 'url')", "it has no file")
	}
	if url := js.Get(data[0], "url"); js.Truthy(url) {
		return c.file(url), nil
	}
	if content := js.Get(data[0], "b64_json"); js.Truthy(content) {
		return c.file(js.String("data:image/png;base64," + js.ToString(content))), nil
	}
	return nil, c.noAnswer(body)
}

// readText reads an answer in words. The browser takes some words for a failure,
// and the path of a file for that file.
func (c *call) readText(content js.Value) (js.Value, error) {
	text, ok := js.AsString(content)
	if !ok || c.rules.Files {
		return content, nil
	}
	lower := js.ToLower(text)
	for _, words := range []string{"wasn't able to generate", "unable to generate", "failed to generate", "error generating", "❌ error"} {
		if strings.Contains(lower, words) {
			return nil, says("Model failed: %s", text)
		}
	}
	if id := mentionedFile(text); id != "" {
		return js.String(id), nil
	}
	return content, nil
}

// mentionedFile finds the id in /files/{id}/content, "" if a text has none.
func mentionedFile(text string) string {
	for rest := text; ; {
		_, behind, ok := strings.Cut(rest, "/files/")
		if !ok {
			return ""
		}
		n := 0
		for n < len(behind) && (behind[n] == '-' || '0' <= behind[n] && behind[n] <= '9' || 'a' <= behind[n] && behind[n] <= 'f') {
			n++
		}
		if n > 0 && strings.HasPrefix(behind[n:], "/content") {
			return behind[:n]
		}
		rest = behind
	}
}

// usageOf reads the tokens that an answer tells.
func usageOf(body js.Value) Usage {
	count := func(key string) int64 {
		if n, ok := js.Get(js.Get(body, "usage"), key).(js.Number); ok {
			return int64(n.Float())
		}
		return 0
	}
	u := Usage{Prompt: count("prompt_tokens"), Completion: count("completion_tokens"), Total: count("total_tokens")}
	if u.Total == 0 {
		u.Total = u.Prompt + u.Completion
	}
	return u
}
