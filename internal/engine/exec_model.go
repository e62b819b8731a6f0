package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// model asks the node's model and returns its answer.
func model(ctx context.Context, c *call) (js.Value, error) {
	id := c.node.field("modelId")
	if !js.Truthy(id) {
		return nil, c.rules.errorf("No model selected", "the node has no model; set its modelId")
	}
	name, ok := js.AsString(id)
	p, err := c.semantics.prompt(c, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, browser.Errorf("data.modelId.%s is not a function", browser.Missing(id, "includes", "toLowerCase"))
	}
	message, err := c.message(ctx, name, p)
	if err != nil {
		return nil, err
	}
	req := ChatRequest{
		Model: name, Messages: []Message{message}, Stream: c.streams(),
		Settings: c.settings(),
	}
	if !c.rules.Model {
		// The backend refuses a chat_id that is not a chat of the caller's, but for
		// administrators (main.py, chat_completion): flows fail there for others.
		req.SessionID, req.ChatID = "flow-execution", "flow-"+strconv.FormatInt(time.Now().UnixMilli(), 10)
	}
	if err := c.take(sent * message.size()); err != nil {
		return nil, err
	}
	body, err := c.ask(ctx, req, p.text)
	if err != nil {
		return nil, err
	}
	value, err := c.answer(body)
	if err == nil && !c.rules.Model {
		c.ending = c.takenForSuccess(body)
	}
	return value, err
}

// sent is how many copies of a message there are while it is sent.
const sent = 3

// size is how many bytes the message's texts and files take.
func (m Message) size() int {
	n := len(m.Text)
	for _, p := range m.Parts {
		n += len(p.Text) + len(p.Image)
	}
	return n
}

// streams reports whether the answer is to come in pieces: if the author says so,
// else if somebody listens to them.
func (c *call) streams() bool {
	if wish, ok := c.node.field("stream").(js.Bool); ok && c.rules.Model {
		return bool(wish)
	}
	return c.rules.Model && c.Events != nil
}

// settings are the advanced settings, if they are switched on: in the browser the
// first two only. max_tokens of 0 is none.
func (c *call) settings() []Setting {
	if !js.Truthy(c.node.field("useAdvancedSettings")) {
		return nil
	}
	names := []string{"temperature", "max_tokens"}
	if c.rules.Model {
		names = append(names, "top_p", "frequency_penalty", "presence_penalty")
	}
	var list []Setting
	for _, name := range names {
		v := c.node.field(name)
		_, null := v.(js.Null)
		if js.IsUndefined(v) || null && c.rules.Model {
			continue
		}
		if f := js.ToNumber(v); name == "max_tokens" && (f == 0 || f != f) {
			continue
		}
		list = append(list, Setting{Name: name, Value: js.AppendJSON(nil, v)})
	}
	return list
}

// ask makes the call, within the limits, and again if another try may succeed.
func (c *call) ask(ctx context.Context, req ChatRequest, text string) (js.Value, error) {
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
		return nil, c.modelError(err)
	}
	c.tokens = usageOf(body)
	used := int(c.tokens.Total)
	if used == 0 && c.Limits.Tokens >= 0 {
		used = asked + estimateTokens(said(body))
	}
	c.budget.settle(reserved, used)
	return body, nil
}

// chat calls the model once and judges its answer.
func (c *call) chat(ctx context.Context, req ChatRequest) (js.Value, error) {
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
	if err := c.take(2 * len(body)); err != nil {
		return nil, err
	}
	v, err := c.parse(strings.TrimPrefix(string(body), byteOrderMark))
	if err != nil {
		return nil, fmt.Errorf("the model's answer is not JSON: %w", err)
	}
	if c.rules.Model {
		if c.StripThinking {
			v = withoutThoughts(v)
		}
		c.ending, err = judge(v)
	}
	return v, err
}

// modelError words the failure of a call.
func (c *call) modelError(err error) error {
	var answer *HTTPError
	if errors.As(err, &answer) && !c.rules.Errors {
		err = browser.Errorf("API request failed: %s", browser.Refusal(answer.Reason, answer.Body))
	}
	return c.rules.errorf("Model execution failed: %w", "call the model: %w", err)
}

// said is the text of an answer, or all of it if it has none.
func said(body js.Value) string {
	choice := js.Get(js.Get(body, "choices"), "0")
	if text, ok := js.AsString(js.Get(js.Get(choice, "message"), "content")); ok {
		return text
	}
	return js.Text(body)
}

// estimateTokens guesses the tokens of a text: one for four bytes, as English
// has about.
func estimateTokens(text string) int { return (len(text) + 3) / 4 }

// expectedTokens is how many tokens the answer may have, if the request bounds
// them.
func expectedTokens(req ChatRequest) int {
	for _, s := range req.Settings {
		if s.Name == "max_tokens" {
			return int(js.Number(s.Value).Float())
		}
	}
	return 0
}
