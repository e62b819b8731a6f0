package engine

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// fill is standard's reading of a text with placeholders: one pass over the
// text, in which every reference must resolve. Anything else in braces stays.
func (c *call) fill(text string) (string, error) {
	return c.replaced(text, func(p placeholder) (string, bool, error) {
		v, ok, err := c.value(p)
		if err != nil || !ok {
			return "", false, err
		}
		made, err := c.text(v)
		return made, true, err
	})
}

// value is what a placeholder stands for; ok is false if it is no reference.
func (c *call) value(p placeholder) (v js.Value, ok bool, err error) {
	unresolved := func(why string) (js.Value, bool, error) {
		return nil, false, fmt.Errorf("{{%.80s}} cannot be filled in: %s", p.body, why)
	}
	ref := c.graph.resolve(p)
	switch {
	case ref.node != nil:
		o := c.scope.of(ref.node)
		if o.value == nil {
			return unresolved(fmt.Sprintf("node %.80q has no result here", ref.node.id))
		}
		v = o.value
	case ref.input && ref.path == "":
		if len(c.inputs) == 0 {
			return unresolved("nothing is connected to the node")
		}
		text, err := c.inputText()
		return js.String(text), true, err
	case ref.input:
		if len(c.inputs) == 0 {
			return unresolved("nothing is connected to the node")
		}
		v = c.inputs[0]
	default:
		if name, _, ok := p.output(); ok {
			return unresolved(fmt.Sprintf("there is no node %.80q", name))
		}
		return nil, false, nil
	}
	v, ok = follow(v, ref.path)
	if !ok || js.IsUndefined(v) {
		return unresolved(fmt.Sprintf("the value has no %.80q", strings.TrimPrefix(ref.path, ".")))
	}
	return v, true, nil
}

// inputText is what {{input}} stands for in standard: all inputs, joined by a
// blank line. A model takes arrays apart, and files out.
func (c *call) inputText() (string, error) {
	inputs := c.inputs
	if c.node.kind == flow.Model {
		inputs, _ = splitFiles(flatten(inputs))
	}
	texts, err := c.texts(inputs)
	if err != nil {
		return "", err
	}
	return c.join(texts, "\n\n")
}

// fillFirst is the browser's reading in knowledge and conditional nodes: {{input}}
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

// fillAll is the browser's reading in model and websearch nodes, with paths: a
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
