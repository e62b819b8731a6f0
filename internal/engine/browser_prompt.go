package engine

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// prompt takes texts of a certain look for files. Beside files the texts
// are the prompt and the author's prompt goes unheard; {{input}} spelt so takes
// all texts, and what they bring is read for placeholders again.
func (inBrowser) prompt(c *call, model string) (prompt, error) {
	var p prompt
	var texts []string
	for _, v := range flatten(c.inputs) {
		if id := browser.FileIn(v); id != "" {
			p.files = append(p.files, id)
		} else {
			text, err := c.text(v)
			if err != nil {
				return prompt{}, err
			}
			texts = append(texts, text)
		}
	}
	author := c.node.field("prompt")
	heard := len(p.files) == 0 || len(texts) == 0
	if heard && js.Truthy(author) && js.Type(author) != "string" {
		return prompt{}, browser.Errorf("%s is not a function", browser.Missing(author, "prompt.includes", "result.replace"))
	}
	p.text = c.node.text("prompt")
	const mark = "{{input}}"
	marked := strings.Contains(p.text, mark)
	joined, err := c.join(texts, "\n\n")
	if err != nil {
		return prompt{}, err
	}
	switch {
	case len(p.files) > 0 && len(texts) > 0:
		p.text = joined
	case len(p.files) > 0 && marked:
		p.text, err = c.replaceInput(p.text, "")
		if p.text = js.Trim(p.text); p.text == "" {
			p.text = describeImage
		}
	case len(p.files) > 0 && p.text == "":
		p.text = defaultPrompt(model)
	case len(p.files) > 0:
	case len(texts) > 0 && marked:
		p.text, err = c.replaceInput(p.text, joined)
	case len(texts) > 0 && p.text == "":
		p.text = joined
	case len(texts) == 0 && marked:
		p.text, err = c.replaceInput(p.text, "")
		p.text = js.Trim(p.text)
	}
	if err == nil {
		p.text, err = c.fillAll(p.text)
	}
	if err != nil {
		return prompt{}, err
	}
	if p.text == "" {
		return prompt{}, c.noPrompt()
	}
	return p, nil
}

// fillFirst fills in a text as the browser does in knowledge and conditional nodes: {{input}}
// is the first input, as a replacement pattern, and then {{node.output}} is what
// has a result. Neither knows paths.
func (c *call) fillFirst(text string) (string, error) {
	if len(c.inputs) > 0 {
		input, err := c.text(c.inputs[0])
		if err != nil {
			return "", err
		}
		if text, err = c.replaceInput(text, input); err != nil {
			return "", err
		}
	}
	return c.replaced(text, func(p placeholder) (string, bool, error) {
		name, path, ok := p.output()
		if !ok || path != "" {
			return "", false, nil
		}
		return c.textAt(c.found(name), "")
	})
}

// fillAll fills in a text as the browser does in model and websearch nodes, with paths: a
// pass for the first input and one for other nodes' results.
func (c *call) fillAll(text string) (string, error) {
	text, err := c.replaced(text, func(p placeholder) (string, bool, error) {
		path, ok := p.input()
		if !ok || len(c.inputs) == 0 {
			return "", false, nil
		}
		return c.textAt(c.inputs[0], path)
	})
	if err != nil {
		return "", err
	}
	return c.replaced(text, func(p placeholder) (string, bool, error) {
		name, path, ok := p.output()
		if !ok {
			return "", false, nil
		}
		return c.textAt(c.found(name), path)
	})
}

// textAt is the text of what a path leads to from v, if there is anything.
func (c *call) textAt(v js.Value, path string) (text string, ok bool, err error) {
	if js.IsUndefined(v) {
		return "", false, nil
	}
	if v, ok = follow(v, path); !ok {
		return "", false, nil
	}
	text, err = c.text(v)
	return text, true, err
}

// replaceInput replaces every {{input}} by with, whose $ patterns count.
func (c *call) replaceInput(text, with string) (string, error) {
	b := textBuilder{call: c}
	done := 0
	for p := range placeholders(text) {
		if p.body != "input" {
			continue
		}
		err := b.add(text[done:p.start])
		for part := range js.Expand(with, js.Match{Groups: []int{p.start, p.end}, Length: len(text)}) {
			if err != nil {
				return "", err
			}
			err = b.add(part.Literal + text[part.From:part.To])
		}
		if err != nil {
			return "", err
		}
		done = p.end
	}
	err := b.add(text[done:])
	return b.String(), err
}

// found is the browser's look-up of a name: the node of that id, else the first
// one with a result whose id starts with the name and '_'.
func (c *call) found(name string) js.Value {
	if n := c.graph.index[name]; n != nil {
		if v := c.scope.of(n).value; !js.IsUndefined(v) {
			return v
		}
	}
	if !strings.Contains(name, "_") {
		for _, n := range c.scope.order {
			if strings.HasPrefix(n.id, name+"_") {
				return c.scope.of(n).value
			}
		}
	}
	return js.Undefined{}
}

// fillCompared fills in the condition only.
func (inBrowser) fillCompared(c *call, condition string, compare js.Value) (string, js.Value, error) {
	if v := c.node.field("condition"); js.Truthy(v) && js.Type(v) != "string" {
		return "", nil, browser.Errorf("conditionValue.replace is not a function")
	}
	condition, err := c.fillFirst(condition)
	return condition, compare, err
}

// fillQuery fills in a query, with paths in websearch nodes alone.
func (inBrowser) fillQuery(c *call, query string) (string, error) {
	if c.node.kind == flow.WebSearch {
		return c.fillAll(query)
	}
	return c.fillFirst(query)
}

// fillTemplate replaces every {{input}} by the input.
func (inBrowser) fillTemplate(c *call, template, input string) (string, error) {
	return c.replaceInput(template, input)
}
