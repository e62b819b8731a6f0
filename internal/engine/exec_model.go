package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// model asks the node's model and returns its answer.
func model(ctx context.Context, c *Call) (js.Value, error) {
	id := c.Node.Field("modelId")
	if !js.Truthy(id) {
		return nil, fail(NoModel)
	}
	message, err := c.semantics.Message(ctx, c, js.ToString(id))
	if err != nil {
		return nil, err
	}
	req := ChatRequest{Model: js.ToString(id), Messages: []Message{message}}
	c.semantics.Request(c, &req)
	if err := c.Take(sent * message.size()); err != nil {
		return nil, err
	}
	body, err := c.ask(ctx, req, message.Text)
	if err != nil {
		return nil, err
	}
	value, err := c.semantics.Content(c, body)
	if err != nil {
		return nil, &Failure{ReadAnswer, err}
	}
	return value, nil
}

// sent is the number of copies of a message while it is sent.
const sent = 3

// size returns the bytes of the message's texts and files.
func (m Message) size() int {
	n := len(m.Text)
	for _, p := range m.Parts {
		n += len(p.Text) + len(p.Image)
	}
	return n
}

// Settings returns the advanced settings of these names that are set, none if they are
// switched off. A max_tokens of 0 counts as not set.
func (c *Call) Settings(names ...string) []Setting {
	if !js.Truthy(c.Node.Field("useAdvancedSettings")) {
		return nil
	}
	var list []Setting
	for _, name := range names {
		v := c.Node.Field(name)
		if f := js.ToNumber(v); js.IsUndefined(v) || name == "max_tokens" && (f == 0 || f != f) {
			continue
		}
		list = append(list, Setting{Name: name, Value: js.AppendJSON(nil, v)})
	}
	return list
}

// ask calls the model, within the limits, and again if another attempt may succeed.
func (c *Call) ask(ctx context.Context, req ChatRequest, text string) (js.Value, error) {
	if err := c.budget.takeCall(); err != nil {
		return nil, err
	}
	asked := estimateTokens(text)
	reserved := asked + expectedTokens(req)
	if err := c.budget.takeTokens(reserved); err != nil {
		return nil, err
	}
	body, err := retried(ctx, c, func() (js.Value, error) { return c.chat(ctx, req) })
	if err != nil {
		c.budget.settle(reserved, asked)
		return nil, &Failure{CallModel, err}
	}
	c.tokens = usageOf(body)
	used := int(c.tokens.Total)
	if used == 0 && c.Limits.Tokens >= 0 {
		used = asked + estimateTokens(said(body))
	}
	c.budget.settle(reserved, used)
	return body, nil
}

// chat calls the model once and checks its answer.
func (c *Call) chat(ctx context.Context, req ChatRequest) (js.Value, error) {
	var delta func(string)
	if req.Stream {
		delta = func(text string) { c.report.delta(c, text) }
		if c.StripThinking {
			delta = (&thoughtFilter{next: delta}).add
		}
	}
	body, err := c.Services.Model.Chat(ctx, req, delta)
	if err != nil {
		return nil, err
	}
	if err := c.Take(2 * len(body)); err != nil {
		return nil, err
	}
	v, err := c.Parse(strings.TrimPrefix(string(body), byteOrderMark))
	if err != nil {
		return nil, fmt.Errorf("the model's answer is not JSON: %w", err)
	}
	return c.semantics.Accept(c, v)
}

// CheckAnswer records how the model ended its answer, and returns an error if it is not a
// usable answer.
func (c *Call) CheckAnswer(body js.Value) (err error) {
	c.ending, err = checkAnswer(body)
	return err
}

// Doubt records an error that makes the run fail although the node has a result.
func (c *Call) Doubt(err error) { c.ending.failure = err }

// said returns the text of an answer, or its whole JSON if there is none.
func said(body js.Value) string {
	choice := js.Get(js.Get(body, "choices"), "0")
	if text, ok := js.AsString(js.Get(js.Get(choice, "message"), "content")); ok {
		return text
	}
	return js.Text(body)
}

// estimateTokens estimates the tokens of a text: one for four bytes, about as in English.
func estimateTokens(text string) int { return (len(text) + 3) / 4 }

// expectedTokens returns the most tokens that the answer may have, 0 if the request does not
// bound them.
func expectedTokens(req ChatRequest) int {
	for _, s := range req.Settings {
		if s.Name == "max_tokens" {
			return int(js.Number(s.Value).Float())
		}
	}
	return 0
}
