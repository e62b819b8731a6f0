package engine

import (
	"context"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// conditional compares and returns {condition, result, branch}. It may also
// choose which of its edges are live, and what they carry.
func conditional(_ context.Context, c *Call) (js.Value, error) {
	condition, compare, err := c.semantics.Compared(c)
	if err != nil {
		return nil, err
	}
	if err := c.Take(unitsOf(condition)); err != nil {
		return nil, err
	}
	result, err := c.compare(c.Node.Option("operator"), condition, compare)
	if err != nil {
		return nil, &Failure{Evaluate, err}
	}
	branch := handleFalse
	if result {
		branch = handleTrue
	}
	if c.semantics.Chooses() {
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

// CompareValue returns the value with which the node compares.
func (n *Node) CompareValue() js.Value {
	if v := n.Field("compareValue"); js.Truthy(v) {
		return v
	}
	return js.String("")
}

// compare applies an operator; an unknown one is always false.
func (c *Call) compare(operator, condition string, with js.Value) (bool, error) {
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

// choose sets the branch and the value that its edges carry: the text that the author wrote
// for it, else the first input.
func (c *Call) choose(branch string) error {
	c.out.branch = branch
	if given := c.Node.Text(branch + "Output"); given != "" {
		text, err := c.fill(given)
		c.out.carried = js.String(text)
		return err
	}
	if len(c.Inputs) > 0 {
		c.out.carried = c.Inputs[0]
	}
	return nil
}
