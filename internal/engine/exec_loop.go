package engine

import (
	"context"
	"errors"
	"math"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// loop finds the rounds, lets the scheduler run the body in each, and returns
// {iterations, results}.
func loop(ctx context.Context, c *Call) (js.Value, error) {
	items, err := c.items()
	if err != nil {
		return nil, err
	}
	if c.Scope.Depth >= maxDepth {
		return nil, &LimitError{Limit: LimitDepth, Max: maxDepth}
	}
	if body := c.plans.Bodies[c.Node]; body != nil {
		return c.semantics.Rounds(ctx, c, body, items)
	}
	if err := c.TakeRounds(items.Count); err != nil {
		return nil, err
	}
	return LoopResult(items.List()), nil
}

// Items are the values that the rounds of a loop get.
type Items struct {
	Count int
	array js.Array // nil if all get the same
	same  js.Value
}

// round returns what round i gets, which is also in the loop's result.
func (it Items) round(i int) js.Object {
	v := it.same
	if it.array != nil {
		v = it.array[i]
	}
	return js.Object{{Key: "iteration", Value: js.FromInt(i)}, {Key: "value", Value: v}}
}

// List returns the list of the values that the rounds get.
func (it Items) List() js.Array {
	list := make(js.Array, it.Count)
	for i := range list {
		list[i] = it.round(i)
	}
	return list
}

func (c *Call) items() (Items, error) {
	most := c.Node.MaxRounds()
	switch c.Node.Option("loopType") {
	case "", "count", "until":
		it := Items{Count: int(min(most, math.MaxInt32)), same: js.Undefined{}}
		if len(c.Inputs) > 0 {
			it.same = c.Inputs[0]
		}
		return it, nil
	case "array":
		list, err := c.array()
		if err != nil {
			return Items{}, &Failure{FindArray, err}
		}
		it := Items{Count: len(list), array: list}
		if c.semantics.CutsArray(c.Node) {
			it.Count = int(min(most, float64(len(list))))
		}
		return it, nil
	}
	return Items{}, nil // an unknown type has no rounds
}

// MaxRounds returns maxIterations, rounded up; 5 if it is not set.
func (n *Node) MaxRounds() float64 {
	most := 5.0
	if v := n.Field("maxIterations"); js.Truthy(v) {
		most = js.ToNumber(v)
	}
	if !(most > 0) { // negative or not a number
		return 0
	}
	return math.Ceil(most)
}

// LiteralArray returns the array that is written out in arrayPath, nil if the text is not an
// array. literal is false if the path is only resolved when the loop runs.
func (n *Node) LiteralArray() (list js.Array, literal bool) {
	path := n.Text("arrayPath")
	if path == "" || strings.Contains(path, "{{") {
		return nil, false
	}
	list, _ = listOf(path, js.ParseExact).(js.Array)
	return list, true
}

// array returns the array of an array loop: the first input, or that of arrayPath.
func (c *Call) array() (js.Array, error) {
	path := c.Node.Text("arrayPath")
	if path == "" {
		path = "{{input}}"
	} else if js.Type(c.Node.Field("arrayPath")) != "string" {
		return nil, &Failure{NotText, errors.New("arrayPath")}
	}
	return c.semantics.Array(c, path)
}

// ListOf returns the list in a text, and takes its bytes first.
func (c *Call) ListOf(text string) (js.Value, error) {
	if err := c.Take(valuesIn(text)); err != nil {
		return nil, err
	}
	return listOf(text, c.semantics.Parse), nil
}

// listOf reads a literal list: JSON, else texts between commas and line ends.
func listOf(text string, parse func(string) (js.Value, error)) js.Value {
	if v, err := parse(text); err == nil {
		return v
	}
	list := js.Array{}
	for _, item := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if item = js.Trim(item); item != "" {
			list = append(list, js.String(item))
		}
	}
	return list
}

// LoopResult returns a loop's result, {iterations, results}.
func LoopResult(results js.Array) js.Value {
	return js.Object{
		{Key: "iterations", Value: js.FromInt(len(results))},
		{Key: "results", Value: results},
	}
}

// outputsOf returns the outputs in a loop's result, or its values if the loop has no body.
func outputsOf(result js.Value) []js.Value {
	list, _ := js.Get(result, "results").(js.Array)
	outputs := make([]js.Value, 0, len(list))
	for _, round := range list {
		v, ok := js.Lookup(round, "output")
		if !ok {
			v = js.Get(round, "value")
		}
		if !js.IsUndefined(v) {
			outputs = append(outputs, v)
		}
	}
	return outputs
}
