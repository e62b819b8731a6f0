package engine

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

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
