package browser

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Message has the prompt, and files as images: their paths for a model that is taken for
// a function of the backend, else their content.
func (s *semantics) Message(ctx context.Context, c *engine.Call, model string) (engine.Message, error) {
	text, files, err := s.prompt(c, model)
	m := engine.Message{Role: "user", Text: text}
	if _, ok := js.AsString(c.Node.Field("modelId")); err == nil && !ok {
		err = notText(c.Node, "modelId")
	}
	if err != nil || len(files) == 0 {
		return m, err
	}
	if IsPipeline(model) {
		m.Images, m.Parts = files, []engine.Part{{Text: text}}
		for _, id := range files {
			m.Parts = append(m.Parts, engine.Part{Image: "/api/v1/files/" + id + "/content"})
		}
		return m, nil
	}
	images, videos, err := c.Media(ctx, files)
	var answer *engine.HTTPError
	if errors.As(err, &answer) {
		err = Errorf("Failed to fetch media: %s", answer.Reason)
	}
	if err != nil {
		return m, Errorf("Failed to fetch media: %w", err)
	}
	if len(videos) > 0 {
		var urls strings.Builder
		for _, v := range videos {
			urls.WriteString(v.Image + "\n")
		}
		text = urls.String() + "\n" + text
	}
	m.Parts = slices.Concat([]engine.Part{{Text: text}}, images, videos)
	return m, nil
}

// Request sends two of the advanced settings, and ids of a chat. The backend refuses a
// chat_id that is not a chat of the caller's, but for administrators (main.py,
// chat_completion): flows fail there for others.
func (*semantics) Request(c *engine.Call, req *engine.ChatRequest) {
	req.Settings = c.Settings("temperature", "max_tokens")
	req.SessionID, req.ChatID = "flow-execution", "flow-"+strconv.FormatInt(time.Now().UnixMilli(), 10)
}

// Accept takes every answer.
func (*semantics) Accept(_ *engine.Call, body js.Value) (js.Value, error) { return body, nil }

// Content returns the result that an answer is. The node keeps its result where that is
// not an answer, but the run fails.
func (*semantics) Content(c *engine.Call, body js.Value) (js.Value, error) {
	v, err := Answer(body)
	if err != nil {
		return nil, err
	}
	if why := c.CheckAnswer(body); why != nil {
		c.Doubt(Errorf("the browser takes this answer for a success, but %w", why))
	}
	return v, nil
}

// prompt takes texts of a certain look for files. Next to files the texts
// are the prompt and the author's prompt is not used; {{input}} spelt so takes
// all texts, and what they bring is read for placeholders again.
func (s *semantics) prompt(c *engine.Call, model string) (prompt string, files []string, err error) {
	var texts []string
	for _, v := range engine.Flatten(c.Inputs) {
		if id := FileIn(v); id != "" {
			files = append(files, id)
			continue
		}
		text, err := c.Text(v)
		if err != nil {
			return "", nil, err
		}
		texts = append(texts, text)
	}
	author := c.Node.Field("prompt")
	isUsed := len(files) == 0 || len(texts) == 0
	if isUsed && js.Truthy(author) && js.Type(author) != "string" {
		return "", nil, Errorf("%s is not a function", missing(author, "prompt.includes", "result.replace"))
	}
	prompt = c.Node.Text("prompt")
	marked := strings.Contains(prompt, "{{input}}")
	joined, err := c.Join(texts, "\n\n")
	if err != nil {
		return "", nil, err
	}
	switch {
	case len(files) > 0 && len(texts) > 0:
		prompt = joined
	case len(files) > 0 && marked:
		prompt, err = replaceInput(c, prompt, "")
		if prompt = js.Trim(prompt); prompt == "" {
			prompt = engine.DescribeImage
		}
	case len(files) > 0 && prompt == "":
		prompt = engine.DefaultPrompt(model)
	case len(files) > 0:
	case len(texts) > 0 && marked:
		prompt, err = replaceInput(c, prompt, joined)
	case len(texts) > 0 && prompt == "":
		prompt = joined
	case len(texts) == 0 && marked:
		prompt, err = replaceInput(c, prompt, "")
		prompt = js.Trim(prompt)
	}
	if err == nil {
		prompt, err = s.fillAll(c, prompt)
	}
	if err == nil && prompt == "" {
		err = Errorf("No prompt configured")
	}
	return prompt, files, err
}

// Fill fills in a query or a template.
func (s *semantics) Fill(c *engine.Call, text string) (string, error) {
	switch c.Node.Kind {
	case flow.Transform:
		input, err := c.Text(c.Inputs[0])
		if err != nil {
			return "", err
		}
		return replaceInput(c, text, input)
	case flow.WebSearch:
		return s.fillAll(c, text)
	}
	return s.fillFirst(c, text)
}

// Compared fills in the condition only.
func (s *semantics) Compared(c *engine.Call) (condition string, with js.Value, err error) {
	if v := c.Node.Field("condition"); js.Truthy(v) && js.Type(v) != "string" {
		return "", nil, Errorf("conditionValue.replace is not a function")
	}
	condition, err = s.fillFirst(c, c.Node.Text("condition"))
	return condition, c.Node.CompareValue(), err
}

// fillFirst fills in a text as it does in knowledge and conditional nodes: {{input}}
// is the first input, as a replacement pattern, and then {{node.output}} is what
// has a result. Neither knows paths.
func (s *semantics) fillFirst(c *engine.Call, text string) (string, error) {
	if len(c.Inputs) > 0 {
		input, err := c.Text(c.Inputs[0])
		if err != nil {
			return "", err
		}
		if text, err = replaceInput(c, text, input); err != nil {
			return "", err
		}
	}
	return c.Replace(text, func(p engine.Placeholder) (string, bool, error) {
		name, path, ok := p.Output()
		if !ok || path != "" {
			return "", false, nil
		}
		return textAt(c, s.found(c, name), "")
	})
}

// fillAll fills in a text as it does in model and websearch nodes, with paths: a
// pass for the first input and one for other nodes' results.
func (s *semantics) fillAll(c *engine.Call, text string) (string, error) {
	text, err := c.Replace(text, func(p engine.Placeholder) (string, bool, error) {
		path, ok := p.Input()
		if !ok || len(c.Inputs) == 0 {
			return "", false, nil
		}
		return textAt(c, c.Inputs[0], path)
	})
	if err != nil {
		return "", err
	}
	return c.Replace(text, func(p engine.Placeholder) (string, bool, error) {
		name, path, ok := p.Output()
		if !ok {
			return "", false, nil
		}
		return textAt(c, s.found(c, name), path)
	})
}

// textAt is the text of what a path leads to from v, if there is anything.
func textAt(c *engine.Call, v js.Value, path string) (text string, ok bool, err error) {
	if js.IsUndefined(v) {
		return "", false, nil
	}
	if v, ok = engine.Follow(v, path); !ok {
		return "", false, nil
	}
	text, err = c.Text(v)
	return text, true, err
}

// replaceInput replaces every {{input}} by with, whose $ patterns count.
func replaceInput(c *engine.Call, text, with string) (string, error) {
	b := engine.TextBuilder{Call: c}
	done := 0
	for p := range engine.Placeholders(text) {
		if p.Body != "input" {
			continue
		}
		err := b.Add(text[done:p.Start])
		for part := range js.Expand(with, js.Match{Groups: []int{p.Start, p.End}, Length: len(text)}) {
			if err != nil {
				return "", err
			}
			err = b.Add(part.Literal + text[part.From:part.To])
		}
		if err != nil {
			return "", err
		}
		done = p.End
	}
	err := b.Add(text[done:])
	return b.String(), err
}

// found is the look-up of a name: the node of that id, else the first
// one with a result whose id starts with the name and '_'.
func (s *semantics) found(c *engine.Call, name string) js.Value {
	if n := c.Graph.Node(name); n != nil {
		if v := c.Scope.Value(n); !js.IsUndefined(v) {
			return v
		}
	}
	if !strings.Contains(name, "_") {
		for _, n := range s.succeeded.list {
			if strings.HasPrefix(n.ID, name+"_") {
				return c.Scope.Value(n)
			}
		}
	}
	return js.Undefined{}
}
