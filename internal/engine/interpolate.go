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
	var b strings.Builder
	done := 0
	for p := range placeholders(text) {
		v, ok, err := c.value(p)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		b.WriteString(text[done:p.start])
		b.WriteString(js.Text(v))
		done = p.end
		if err := c.budget.fits(b.Len()); err != nil {
			return "", err
		}
	}
	b.WriteString(text[done:])
	return b.String(), nil
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
		return js.String(c.inputText()), true, nil
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
func (c *call) inputText() string {
	inputs := c.inputs
	if c.node.kind == flow.Model {
		inputs, _ = splitFiles(flatten(inputs))
	}
	texts := make([]string, len(inputs))
	for i, v := range inputs {
		texts[i] = js.Text(v)
	}
	return strings.Join(texts, "\n\n")
}

// fillFirst is the browser's reading in knowledge and conditional nodes: {{input}}
// is the first input, as a replacement pattern, and then {{node.output}} is what
// has a result. Neither knows paths.
func (c *call) fillFirst(text string) string {
	if len(c.inputs) > 0 {
		text = replaceInput(text, js.Text(c.inputs[0]))
	}
	return replacePlaceholders(text, func(p placeholder) (string, bool) {
		name, path, ok := p.output()
		if !ok || path != "" {
			return "", false
		}
		v := c.found(name)
		return js.Text(v), !js.IsUndefined(v)
	})
}

// fillAll is the browser's reading in model and websearch nodes, with paths: a
// pass for the first input and one for other nodes' results.
func (c *call) fillAll(text string) string {
	text = replacePlaceholders(text, func(p placeholder) (string, bool) {
		path, ok := p.input()
		if !ok || len(c.inputs) == 0 {
			return "", false
		}
		v, ok := follow(c.inputs[0], path)
		return js.Text(v), ok
	})
	return replacePlaceholders(text, func(p placeholder) (string, bool) {
		name, path, ok := p.output()
		if !ok {
			return "", false
		}
		v := c.found(name)
		if js.IsUndefined(v) {
			return "", false
		}
		v, ok = follow(v, path)
		return js.Text(v), ok
	})
}

// replaceInput replaces every {{input}} by with, whose $ patterns count.
func replaceInput(text, with string) string {
	return replacePlaceholders(text, func(p placeholder) (string, bool) {
		if p.body != "input" {
			return "", false
		}
		return js.Expand(with, js.Match{Before: text[:p.start], Text: text[p.start:p.end], After: text[p.end:]}), true
	})
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
