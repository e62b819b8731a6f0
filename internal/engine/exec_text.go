package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// transform changes the first input. An unknown operation passes it on.
func transform(_ context.Context, c *Call) (js.Value, error) {
	if len(c.Inputs) == 0 {
		return nil, fail(NoInput)
	}
	in := c.Inputs[0]
	text, err := c.Text(in)
	if err != nil {
		return nil, err
	}
	if err := c.Take(len(text)); err != nil { // most make a text about as long
		return nil, err
	}
	switch c.Node.Option("operation") {
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
		return c.template()
	}
	return in, nil
}

func (c *Call) replace(text string) (js.Value, error) {
	pattern := c.Node.Config("pattern")
	if !js.Truthy(pattern) {
		return nil, fail(NoPattern)
	}
	replacement := ""
	if v := c.Node.Config("replacement"); js.Truthy(v) {
		replacement = js.ToString(v)
	}
	re, err := c.compile(js.ToString(pattern), "g")
	if err != nil {
		return nil, err
	}
	if err := c.Take(unitsOf(text)); err != nil {
		return nil, err
	}
	made, err := re.ReplaceAll(text, replacement, c.Limits.Result, c.steps)
	if errors.Is(err, js.ErrTooLong) {
		return nil, c.budget.fits(c.Limits.Result + 1)
	}
	return js.String(made), err
}

// compile reads a pattern. What it takes is counted before.
func (c *Call) compile(pattern, flags string) (*js.Regexp, error) {
	const each = 200 // bytes for one of a pattern, at most
	if err := c.Take(each * len(pattern)); err != nil {
		return nil, err
	}
	return js.Compile(pattern, flags)
}

// extract returns a field of JSON.
func (c *Call) extract(in js.Value) (js.Value, error) {
	field := c.Node.Config("field")
	if !js.Truthy(field) {
		return nil, fail(NoField)
	}
	return c.semantics.Extract(c, in, js.ToString(field))
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

func (c *Call) template() (js.Value, error) {
	template := c.Node.Config("template")
	if !js.Truthy(template) {
		return nil, fail(NoTemplate)
	}
	s, ok := js.AsString(template)
	if !ok {
		return nil, &Failure{NotText, errors.New("config.template")}
	}
	made, err := c.semantics.Fill(c, s)
	return js.String(made), err
}

// input returns the node's value and its files: nothing is "", one thing is
// itself, several are an array.
func input(_ context.Context, c *Call) (js.Value, error) {
	var list js.Array
	if v := c.Node.Field("value"); js.Truthy(v) {
		list = append(list, v)
	}
	if ids, ok := c.Node.Field("fileIds").(js.Array); ok {
		for _, id := range ids {
			list = append(list, fileOf(id))
		}
	} else if id := c.Node.Field("mediaFileId"); js.Truthy(id) {
		list = append(list, fileOf(id))
	}
	switch len(list) {
	case 0:
		return js.String(""), nil
	case 1:
		return list[0], nil
	}
	return list, nil
}

// fileOf marks an id as that of a file.
func fileOf(id js.Value) js.Value {
	if s, ok := js.AsString(id); ok {
		return js.File(s)
	}
	return id
}

// merge makes one value of the inputs. An unknown strategy is "first".
func merge(_ context.Context, c *Call) (js.Value, error) {
	strategy := c.Node.Option("strategy")
	switch {
	case strategy == "" || strategy == "concat":
		return c.concat()
	case strategy == "array":
		return append(js.Array{}, c.Inputs...), nil
	case len(c.Inputs) == 0:
		return js.Undefined{}, nil
	case strategy == "last":
		return c.Inputs[len(c.Inputs)-1], nil
	}
	return c.Inputs[0], nil
}

func (c *Call) concat() (js.Value, error) {
	separator := c.Node.Text("separator")
	if _, isText := js.AsString(c.Node.Field("separator")); separator != "" && !isText {
		return nil, &Failure{NotText, errors.New("separator")}
	}
	if separator == "" {
		separator = "\n"
	}
	separator = strings.ReplaceAll(separator, `\n`, "\n")
	texts, err := c.texts(c.Inputs)
	if err != nil {
		return nil, err
	}
	text, err := c.Join(texts, separator)
	return js.String(text), err
}
