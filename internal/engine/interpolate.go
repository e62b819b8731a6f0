package engine

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// fill fills in the placeholders of a text as standard does: one pass over the
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

// value is what a placeholder stands for; ok is false if it is not a reference.
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

// prompt is what a model is asked.
type prompt struct {
	text  string
	files []string // ids, or URLs
}

// The prompts that stand in for none next to files.
const (
	describeImage = "Analyze this image in detail."                                                                                                                                                               //nolint:misspell // the browser's own
	describeVideo = "Analyze this image and create a detailed cinematic video generation prompt describing camera movements, lighting, atmosphere, and visual techniques to bring this scene to life as a video." //nolint:misspell // the browser's own
)

// noPrompt is the error of a node without anything to ask.
func (c *call) noPrompt() error {
	return c.rules.errorf("No prompt configured", "there is nothing to ask: the node has neither a prompt nor an input")
}

// defaultPrompt stands in for an empty prompt next to files.
func defaultPrompt(model string) string {
	if strings.Contains(js.ToLower(model), "video") {
		return describeVideo
	}
	return describeImage
}

// flatten takes arrays apart, one level deep.
func flatten(inputs []js.Value) []js.Value {
	var flat []js.Value
	for _, v := range inputs {
		if list, ok := v.(js.Array); ok {
			flat = append(flat, list...)
		} else {
			flat = append(flat, v)
		}
	}
	return flat
}

// splitFiles takes the declared files out of the values.
func splitFiles(values []js.Value) (others []js.Value, files []string) {
	for _, v := range values {
		if f, ok := v.(js.File); ok {
			files = append(files, string(f))
		} else {
			others = append(others, v)
		}
	}
	return others, files
}
