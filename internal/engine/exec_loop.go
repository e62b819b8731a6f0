package engine

import (
	"context"
	"errors"
	"math"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// loop finds the rounds, lets the scheduler run the body in each, and returns
// {iterations, results}.
func loop(ctx context.Context, c *call) (js.Value, error) {
	items, err := c.items()
	if err != nil {
		return nil, err
	}
	body := c.plans.bodies[c.node]
	if body != nil && c.rules.Loop && c.node.option("loopType") == "until" {
		return c.until(ctx, body, items)
	}
	if c.scope.depth >= maxDepth {
		return nil, &LimitError{Limit: LimitDepth, Max: maxDepth}
	}
	if err := c.budget.takeRounds(items.count); err != nil {
		return nil, err
	}
	if body == nil {
		return loopResult(items.list()), nil
	}
	return c.semantics.rounds(ctx, c, body, items)
}

// items are the values that the rounds are given.
type items struct {
	count int
	array js.Array // nil if all get the same
	same  js.Value
}

// round is what round i is given, and what the loop's result has of it.
func (it items) round(i int) js.Object {
	v := it.same
	if it.array != nil {
		v = it.array[i]
	}
	return js.Object{{Key: "iteration", Value: js.FromInt(i)}, {Key: "value", Value: v}}
}

func (it items) list() js.Array {
	list := make(js.Array, it.count)
	for i := range list {
		list[i] = it.round(i)
	}
	return list
}

func (c *call) items() (items, error) {
	most := c.node.maxRounds()
	switch c.node.option("loopType") {
	case "", "count", "until":
		it := items{count: int(min(most, math.MaxInt32)), same: js.Undefined{}}
		if len(c.inputs) > 0 {
			it.same = c.inputs[0]
		}
		return it, nil
	case "array":
		list, err := c.array()
		if err != nil {
			return items{}, c.rules.errorf("Loop failed: %w", "find what to loop over: %w", err)
		}
		it := items{count: len(list), array: list}
		if c.node.isCut(c.rules) {
			it.count = int(min(most, float64(len(list))))
		}
		return it, nil
	}
	return items{}, nil // an unknown type has no rounds
}

// maxRounds is maxIterations: 5 unless it says otherwise, a started round counts.
func (n *node) maxRounds() float64 {
	most := 5.0
	if v := n.field("maxIterations"); js.Truthy(v) {
		most = js.ToNumber(v)
	}
	if !(most > 0) { // negative or not a number
		return 0
	}
	return math.Ceil(most)
}

// isCut reports whether an array loop has no more rounds than maxRounds.
func (n *node) isCut(rules Rules) bool {
	return !rules.Loop || js.Truthy(n.field("maxIterations"))
}

// literalArray is the array that is written out in arrayPath, nil if that is not an
// array; literal is false if it is found when the loop runs.
func (n *node) literalArray(rules Rules) (list js.Array, literal bool) {
	path := n.text("arrayPath")
	if path == "" || strings.Contains(path, "{{") {
		return nil, false
	}
	list, _ = rules.listOf(path).(js.Array)
	return list, true
}

// array is what an array loop goes over: the first input or what arrayPath says.
func (c *call) array() (js.Array, error) {
	path := c.node.text("arrayPath")
	if path == "" {
		path = "{{input}}"
	} else if field := c.node.field("arrayPath"); js.Type(field) != "string" {
		if c.rules.Errors {
			return nil, errors.New("arrayPath is not a text")
		}
		return nil, browser.Errorf("arrayPath.%s is not a function", browser.Missing(field, "includes", "split"))
	}
	v, err := c.semantics.array(c, path)
	if err != nil {
		return nil, err
	}
	list, ok := v.(js.Array)
	if !ok {
		return nil, c.rules.errorf("Loop array must be an array. Got: %s. Value: %s", "the loop needs an array, and has a %s: %.200s", js.Type(v), js.Text(jsonOf(v)))
	}
	return list, nil
}

// jsonOf is a value whose text is the JSON of v.
func jsonOf(v js.Value) js.Value {
	if js.IsUndefined(v) {
		return v
	}
	return js.String(js.AppendJSON(nil, v))
}

// available lists the nodes that have a result.
func (c *call) available() string {
	ids := make([]string, len(c.scope.order))
	for i, n := range c.scope.order {
		ids[i] = n.id
	}
	return strings.Join(ids, ", ")
}

// listOf is the list that a text is; what it takes is counted before.
func (c *call) listOf(text string) (js.Value, error) {
	if err := c.take(valuesIn(text)); err != nil {
		return nil, err
	}
	return c.rules.listOf(text), nil
}

// listOf reads a literal list: JSON, else what stands between commas and line
// ends.
func (r Rules) listOf(text string) js.Value {
	if v, err := r.parse(text); err == nil {
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

// loopResult is {iterations, results}.
func loopResult(results js.Array) js.Value {
	return js.Object{
		{Key: "iterations", Value: js.FromInt(len(results))},
		{Key: "results", Value: results},
	}
}

// outputsOf are the outputs of a loop's result, or its values if it has no body.
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
