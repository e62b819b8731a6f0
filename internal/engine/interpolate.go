package engine

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// fill replaces the placeholders of a text as standard does: in one pass, in which every
// reference must resolve. Anything else in braces stays.
func (c *Call) fill(text string) (string, error) {
	return c.Replace(text, func(p Placeholder) (string, bool, error) {
		v, ok, err := c.value(p)
		if err != nil || !ok {
			return "", false, err
		}
		made, err := c.Text(v)
		return made, true, err
	})
}

// value returns the value of a placeholder; ok is false if it is not a reference.
func (c *Call) value(p Placeholder) (v js.Value, ok bool, err error) {
	unresolved := func(why string) (js.Value, bool, error) {
		return nil, false, fmt.Errorf("{{%.80s}} cannot be filled in: %s", p.Body, why)
	}
	ref := c.Graph.Resolve(p)
	switch {
	case ref.Node != nil:
		o := c.Scope.of(ref.Node)
		if o.value == nil {
			return unresolved(fmt.Sprintf("node %.80q has no result here", ref.Node.ID))
		}
		v = o.value
	case ref.Input && ref.Path == "":
		if len(c.Inputs) == 0 {
			return unresolved("nothing is connected to the node")
		}
		text, err := c.inputText()
		return js.String(text), true, err
	case ref.Input:
		if len(c.Inputs) == 0 {
			return unresolved("nothing is connected to the node")
		}
		v = c.Inputs[0]
	default:
		if name, _, ok := p.Output(); ok {
			return unresolved(fmt.Sprintf("there is no node %.80q", name))
		}
		return nil, false, nil
	}
	v, ok = Follow(v, ref.Path)
	if !ok || js.IsUndefined(v) {
		return unresolved(fmt.Sprintf("the value has no %.80q", strings.TrimPrefix(ref.Path, ".")))
	}
	return v, true, nil
}

// inputText returns the value of {{input}} in standard: all inputs, joined by a blank line.
// For a model, arrays are flattened and files left out.
func (c *Call) inputText() (string, error) {
	inputs := c.Inputs
	if c.Node.Kind == flow.Model {
		inputs, _ = splitFiles(Flatten(inputs))
	}
	texts, err := c.texts(inputs)
	if err != nil {
		return "", err
	}
	return c.Join(texts, "\n\n")
}

// The prompts that are used with files if the node has none; the texts are the editor's.
const (
	DescribeImage = "Analyze this image in detail."                                                                                                                                                               //nolint:misspell // the editor's own
	describeVideo = "Analyze this image and create a detailed cinematic video generation prompt describing camera movements, lighting, atmosphere, and visual techniques to bring this scene to life as a video." //nolint:misspell // the editor's own
)

// DefaultPrompt returns the prompt that is used with files if the node's is empty.
func DefaultPrompt(model string) string {
	if strings.Contains(js.ToLower(model), "video") {
		return describeVideo
	}
	return DescribeImage
}

// Flatten replaces arrays by their elements, one level deep.
func Flatten(inputs []js.Value) []js.Value {
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

// splitFiles separates the declared files from the other values.
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
