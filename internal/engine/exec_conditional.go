package engine

import (
	"context"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// conditional compares and returns {condition, result, branch}. In standard it
// also chooses which of its edges are live, and what they carry.
func conditional(_ context.Context, c *call) (js.Value, error) {
	condition, compare, err := c.compared()
	if err != nil {
		return nil, err
	}
	if err := c.take(unitsOf(condition)); err != nil {
		return nil, err
	}
	result, err := c.compare(c.node.option("operator"), condition, compare)
	if err != nil {
		return nil, c.rules.errorf("Failed to evaluate condition: %w", "evaluate the condition: %w", err)
	}
	branch := handleFalse
	if result {
		branch = handleTrue
	}
	if c.rules.Branches {
		if err := c.choose(branch); err != nil {
			return nil, err
		}
	}
	return js.Object{
		{Key: "condition", Value: js.String(condition)},
		{Key: "result", Value: js.Bool(result)},
		{Key: "branch", Value: js.String(branch)},
	}, nil
}

// compared fills in what is compared.
func (c *call) compared() (condition string, compare js.Value, err error) {
	condition, compare = c.node.text("condition"), js.String("")
	if v := c.node.field("compareValue"); js.Truthy(v) {
		compare = v
	}
	return c.semantics.fillCompared(c, condition, compare)
}

// compare applies an operator; an unknown one is never true.
func (c *call) compare(operator, condition string, with js.Value) (bool, error) {
	text := js.ToString(with)
	same := condition == text && js.Type(with) == "string"
	switch operator {
	case "", "equals":
		return same, nil
	case "not_equals":
		return !same, nil
	case "contains":
		return strings.Contains(condition, text), nil
	case "greater":
		return js.ParseFloat(condition) > js.ParseFloat(text), nil
	case "less":
		return js.ParseFloat(condition) < js.ParseFloat(text), nil
	case "regex":
		re, err := c.compile(text, "")
		if err != nil {
			return false, err
		}
		return re.Test(condition, c.steps)
	}
	return false, nil
}

// choose notes the branch, and what its edges carry: the text that the author
// wrote for it, else the first input.
func (c *call) choose(branch string) error {
	c.out.branch = branch
	if given := c.node.text(branch + "Output"); given != "" {
		text, err := c.fill(given)
		c.out.carried = js.String(text)
		return err
	}
	if len(c.inputs) > 0 {
		c.out.carried = c.inputs[0]
	}
	return nil
}
