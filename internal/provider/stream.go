package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/httpx"
)

// readStream reads a streamed completion and returns the whole answer as if it had
// not been streamed, so that the engine judges both alike.
func (c *conn) readStream(body io.Reader, delta func(string)) (json.RawMessage, error) {
	g := &gathered{delta: delta}
	limited := &io.LimitedReader{R: body, N: maxAnswer + 1}
	events := httpx.NewEventReader(limited, maxAnswer)
	for !g.done {
		e, err := events.Next()
		switch {
		case limited.N <= 0:
			return nil, c.tooLarge()
		case errors.Is(err, io.EOF) && !g.ends(): // some servers end with the reason why they finished, and no [DONE]
			return nil, c.brokeOff(io.ErrUnexpectedEOF)
		case errors.Is(err, io.EOF):
			return g.answer()
		case err != nil:
			return nil, c.brokeOff(err)
		}
		if err := g.take(c, e); err != nil {
			return nil, err
		}
	}
	return g.answer()
}

// gathered is what has come of a streamed answer.
type gathered struct {
	delta  func(string)
	done   bool // nothing that counts follows
	text   strings.Builder
	last   completion // what comes whole, as it came last
	choice choice     // the first choice, without its text
}

// completion is a chat completion, or a piece of one, as far as the engine reads it.
type completion struct {
	Object  string          `json:"object,omitempty"`
	Model   string          `json:"model,omitempty"`
	Images  json.RawMessage `json:"images,omitempty"`
	Choices []choice        `json:"choices,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Usage   json.RawMessage `json:"usage,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

type choice struct {
	Index        int             `json:"index"`
	Message      *message        `json:"message,omitempty"`
	Delta        *message        `json:"delta,omitempty"`
	Text         content         `json:"text,omitempty"`
	FinishReason string          `json:"finish_reason,omitempty"`
	Filters      json.RawMessage `json:"content_filter_results,omitempty"`
	Error        json.RawMessage `json:"error,omitempty"`
}

// message is a message of a model, or a piece of one.
type message struct {
	Role      string            `json:"role,omitempty"`
	Content   content           `json:"content"`
	Refusal   string            `json:"refusal,omitempty"`
	Thoughts  string            `json:"reasoning_content,omitempty"`
	Reasoning any               `json:"reasoning,omitempty"`
	ToolCalls []json.RawMessage `json:"tool_calls,omitempty"`
	Function  json.RawMessage   `json:"function_call,omitempty"`
}

// content is the text of a message: a string, or the texts of its parts.
type content string

// UnmarshalJSON reads either; anything else says nothing.
func (c *content) UnmarshalJSON(data []byte) error {
	var text string
	var parts []struct{ Text string }
	switch {
	case json.Unmarshal(data, &text) == nil:
	case json.Unmarshal(data, &parts) == nil:
		for _, p := range parts {
			text += p.Text
		}
	}
	*c = content(text)
	return nil
}

// take reads one event.
func (g *gathered) take(c *conn, e httpx.Event) error {
	data := bytes.TrimSpace(e.Data)
	if string(data) == "[DONE]" {
		g.done = true
		return nil
	}
	if e.Name == "error" {
		g.fail(c.redact(string(data)))
		return nil
	}
	if len(data) == 0 { // keeps the connection alive
		return nil
	}
	var piece completion
	_ = json.Unmarshal(data, &piece) // a member of another type says nothing
	switch {
	case json.Valid(data) && data[0] == '{':
	case e.Cut: // the connection ended within an event
		return c.brokeOff(io.ErrUnexpectedEOF)
	default:
		return fmt.Errorf("the stream from %s has an event that is not a piece of an answer: %.100q", c.host(), c.redact(string(data)))
	}
	if piece.Object == "error" || isFailure(piece.Error) {
		g.fail(c.redact(string(data)))
		return nil
	}
	for _, at := range piece.Choices {
		if at.Index == 0 {
			g.grow(c, at)
		}
	}
	if piece.Model != "" {
		g.last.Model = piece.Model
	}
	keep(&g.last.Usage, piece.Usage)
	keep(&g.last.Images, piece.Images)
	keep(&g.last.Data, piece.Data)
	return nil
}

// piece is what a choice says. Some servers send message in place of delta, and those
// of the older completions text (llama-cpp-python#133).
func (c choice) piece() *message {
	switch {
	case c.Delta != nil:
		return c.Delta
	case c.Message != nil:
		return c.Message
	}
	return &message{Content: c.Text}
}

// grow takes in a piece of the first choice.
func (g *gathered) grow(c *conn, at choice) {
	piece := at.piece()
	if text := string(piece.Content); text != "" {
		g.text.WriteString(text)
		if g.delta != nil {
			g.delta(text)
		}
	}
	whole := &g.choice
	if whole.Message == nil {
		whole.Message = &message{Role: "assistant"}
	}
	whole.Message.Refusal += piece.Refusal
	whole.Message.Thoughts += piece.Thoughts
	if text, ok := piece.Reasoning.(string); ok {
		whole.Message.Thoughts += text
	}
	for _, call := range piece.ToolCalls {
		var named struct{ Function struct{ Name string } }
		if json.Unmarshal(call, &named) == nil && named.Function.Name != "" { // what follows are its arguments
			whole.Message.ToolCalls = append(whole.Message.ToolCalls, call)
		}
	}
	if whole.Message.Function == nil && isSaid(piece.Function) {
		whole.Message.Function = piece.Function
	}
	if at.FinishReason != "" {
		whole.FinishReason = at.FinishReason
	}
	keep(&whole.Filters, at.Filters)
	if isFailure(at.Error) {
		whole.Error = json.RawMessage(c.redact(string(at.Error)))
	}
}

// fail takes in a failure that the other side reports: as JSON with an error in it,
// as the error itself, or in words.
func (g *gathered) fail(data string) {
	g.done = true
	var said completion
	switch err := json.Unmarshal([]byte(data), &said); {
	case err == nil && isSaid(said.Error):
		g.last.Error = said.Error
	case json.Valid([]byte(data)):
		g.last.Error = json.RawMessage(data)
	default:
		g.last.Error, _ = json.Marshal(data) // a text always can be
	}
}

// ends reports whether what came so far is all of an answer, although no [DONE]
// followed.
func (g *gathered) ends() bool {
	return g.choice.FinishReason != "" || g.choice.Error != nil || g.last.Images != nil || g.last.Data != nil
}

func keep(to *json.RawMessage, said json.RawMessage) {
	if isSaid(said) {
		*to = said
	}
}

// isFailure reports whether a member "error" reports one: some send it empty always.
func isFailure(raw json.RawMessage) bool {
	return isSaid(raw) && !slices.Contains([]string{"false", "0", `""`, "{}"}, string(raw))
}

// isSaid reports whether a member is there and not null.
func isSaid(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// answer returns the whole.
func (g *gathered) answer() (json.RawMessage, error) {
	whole := g.last
	whole.Object = "chat.completion"
	if g.text.Len() > 0 || g.choice.Message != nil || whole.Images == nil && whole.Data == nil {
		if g.choice.Message == nil {
			g.choice.Message = &message{Role: "assistant"}
		}
		g.choice.Message.Content = content(g.text.String())
		whole.Choices = []choice{g.choice}
	}
	return json.Marshal(whole)
}
