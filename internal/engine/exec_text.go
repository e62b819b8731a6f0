package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// transform changes the first input. An unknown operation passes it on.
func transform(_ context.Context, c *call) (js.Value, error) {
	if len(c.inputs) == 0 || !c.rules.Transform && !js.Truthy(c.inputs[0]) {
		return nil, c.rules.errorf("No input provided", "the node has no input; connect one")
	}
	in := c.inputs[0]
	text, err := c.text(in)
	if err != nil {
		return nil, err
	}
	if err := c.take(len(text)); err != nil { // most make a text about as long
		return nil, err
	}
	switch c.node.option("operation") {
	case "uppercase":
		return js.String(js.ToUpper(text)), nil
	case "lowercase":
		return js.String(js.ToLower(text)), nil
	case "trim":
		return js.String(js.Trim(text)), nil
	case "replace":
		return c.replace(text)
	case "extract":
		return c.extract(in)
	case "template":
		return c.template(text)
	}
	return in, nil
}

func (c *call) replace(text string) (js.Value, error) {
	pattern := c.node.config("pattern")
	if !js.Truthy(pattern) {
		return nil, c.rules.errorf("Pattern not configured", "the node has no pattern; set config.pattern")
	}
	replacement := ""
	if v := c.node.config("replacement"); js.Truthy(v) {
		replacement = js.ToString(v)
	}
	re, err := c.compile(js.ToString(pattern), "g")
	if err != nil {
		return nil, err
	}
	if err := c.take(unitsOf(text)); err != nil {
		return nil, err
	}
	made, err := re.ReplaceAll(text, replacement, c.Limits.Result, c.steps)
	if errors.Is(err, js.ErrTooLong) {
		return nil, c.budget.fits(c.Limits.Result + 1)
	}
	return js.String(made), err
}

// compile reads a pattern. What it takes is counted before.
func (c *call) compile(pattern, flags string) (*js.Regexp, error) {
	const each = 200 // bytes for one of a pattern, at most
	if err := c.take(each * len(pattern)); err != nil {
		return nil, err
	}
	return js.Compile(pattern, flags)
}

// extract takes a field out of JSON: in the browser a top-level key, which may
// be missing; in standard by a path, which may not.
func (c *call) extract(in js.Value) (js.Value, error) {
	field := c.node.config("field")
	if !js.Truthy(field) {
		return nil, c.rules.errorf("Field not configured", "the node has no field; set config.field")
	}
	return c.semantics.extract(c, in, js.ToString(field))
}

// extractPath follows a dotted path; a key that holds dots itself is found too.
func extractPath(v js.Value, path string) (js.Value, error) {
	for rest := path; ; {
		if whole, ok := js.Lookup(v, rest); ok {
			return whole, nil
		}
		key, after, more := strings.Cut(rest, ".")
		next, ok := js.Lookup(v, key)
		if !ok || !more {
			return nil, fmt.Errorf("extract %.80q: the input has no %.80q", path, key)
		}
		v, rest = next, after
	}
}

func (c *call) template(text string) (js.Value, error) {
	template := c.node.config("template")
	if !js.Truthy(template) {
		return nil, c.rules.errorf("Template not configured", "the node has no template; set config.template")
	}
	s, ok := js.AsString(template)
	if !ok {
		return nil, browser.Errorf("data.config.template.replace is not a function")
	}
	made, err := c.semantics.fillTemplate(c, s, text)
	return js.String(made), err
}

// input returns the node's value and its files: nothing is "", one thing is
// itself, several are an array.
func input(_ context.Context, c *call) (js.Value, error) {
	var list js.Array
	if v := c.node.field("value"); js.Truthy(v) {
		list = append(list, v)
	}
	if ids, ok := c.node.field("fileIds").(js.Array); ok {
		for _, id := range ids {
			list = append(list, c.file(id))
		}
	} else if id := c.node.field("mediaFileId"); js.Truthy(id) {
		list = append(list, c.file(id))
	}
	switch len(list) {
	case 0:
		return js.String(""), nil
	case 1:
		return list[0], nil
	}
	return list, nil
}

// file marks an id as that of a file, in standard.
func (c *call) file(id js.Value) js.Value {
	if s, ok := js.AsString(id); ok && c.rules.Files {
		return js.File(s)
	}
	return id
}

// merge makes one value of the inputs. An unknown strategy is "first".
func merge(_ context.Context, c *call) (js.Value, error) {
	strategy := c.node.option("strategy")
	switch {
	case strategy == "" || strategy == "concat":
		return c.concat()
	case strategy == "array":
		return append(js.Array{}, c.inputs...), nil
	case len(c.inputs) == 0:
		return js.Undefined{}, nil
	case strategy == "last":
		return c.inputs[len(c.inputs)-1], nil
	}
	return c.inputs[0], nil
}

func (c *call) concat() (js.Value, error) {
	separator := c.node.text("separator")
	if _, isText := js.AsString(c.node.field("separator")); separator != "" && !isText {
		return nil, c.rules.errorf("Merge failed: separator.replace is not a function", "the separator is not a text")
	}
	if separator == "" {
		separator = "\n"
	}
	separator = strings.ReplaceAll(separator, `\n`, "\n")
	texts, err := c.texts(c.inputs)
	if err != nil {
		return nil, err
	}
	text, err := c.join(texts, separator)
	return js.String(text), err
}
