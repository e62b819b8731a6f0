package engine

import (
	"context"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

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
