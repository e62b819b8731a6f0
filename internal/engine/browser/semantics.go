package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The names of the semantics.
const (
	Name     = "browser"
	Standard = "standard" // [engine.NewStandard]
)

// Named returns what makes the semantics of that name; "" is [Standard].
func Named(name string) (func() engine.Semantics, error) {
	switch name {
	case "", Standard:
		return engine.NewStandard, nil
	case Name:
		return New, nil
	}
	return nil, fmt.Errorf("unknown engine %q, want %s or %s", name, Standard, Name)
}

// semantics is a run as the editor's executor does it: one node after another, in one
// scope.
type semantics struct {
	succeeded  ranks // the nodes with a result, in the order of their first ones
	failed     ranks // those with an error
	collecting bool  // output nodes collect the values of rounds
}

// New returns the semantics of a run.
func New() engine.Semantics { return &semantics{} }

// ranks is a list of nodes, each of which is added once.
type ranks struct {
	list []*engine.Node
	of   map[string]int // by id, from 1
}

func (r *ranks) add(n *engine.Node) {
	if r.of == nil {
		r.of = make(map[string]int)
	}
	if r.of[n.ID] == 0 {
		r.list = append(r.list, n)
		r.of[n.ID] = len(r.list)
	}
}

// compare compares two ids as keys of a JavaScript object to which they were added in
// this order, those that were not at the end.
func (r *ranks) compare(a, b string) int {
	rank := func(id string) int { return cmp.Or(r.of[id], len(r.list)+1) }
	return cmp.Or(js.CompareKeys(a, b), rank(a)-rank(b))
}

// Name returns "browser".
func (*semantics) Name() string { return Name }

// Adjust runs one node at a time and nothing twice.
func (*semantics) Adjust(o *engine.Options) { o.Parallel, o.Retries, o.StripThinking = 1, -1, false }

// Parse reads JSON as JavaScript does.
func (*semantics) Parse(text string) (js.Value, error) { return js.Parse(text) }

// Chooses returns false: both branches run.
func (*semantics) Chooses() bool { return false }

// CutsArray returns true.
func (*semantics) CutsArray(*engine.Node) bool { return true }

// Admit lets every node run, with what its sources have made: undefined is dropped,
// null is kept.
func (*semantics) Admit(c *engine.Call) (a engine.Admission) {
	if c.Node.Missing {
		a.Err = Errorf("Node not found")
	}
	for _, e := range c.Node.In {
		if v := c.Scope.Value(e.Source); !js.IsUndefined(v) {
			a.Inputs = append(a.Inputs, v)
		}
	}
	return a
}

// Check fails like JavaScript on a node without data, by the first field that the
// executor of its type looks at. A transform misses its input first.
func (*semantics) Check(c *engine.Call) error {
	if c.Node.Kind == flow.Transform && (len(c.Inputs) == 0 || !js.Truthy(c.Inputs[0])) {
		return Errorf("No input provided")
	}
	if c.Node.HasData() {
		return nil
	}
	first := map[flow.NodeType]string{
		flow.Input: "value", flow.Model: "modelId", flow.Knowledge: "knowledgeBaseId", flow.WebSearch: "query",
		flow.Transform: "operation", flow.Conditional: "condition", flow.Loop: "loopType",
		flow.Merge: "strategy", flow.Output: "format",
	}[c.Node.Kind]
	return Errorf("Cannot read properties of %s (reading '%s')", js.ToString(c.Node.Data), first)
}

// Finished notes the order of results and errors, and lets the output nodes after a node
// that is done show its result at once.
func (s *semantics) Finished(ctx context.Context, c *engine.Call, err error) {
	if err != nil {
		s.failed.add(c.Node)
		return
	}
	s.succeeded.add(c.Node)
	for _, e := range c.Node.Out {
		if v := c.Scope.Value(c.Node); e.Target.Kind == flow.Output && !js.IsUndefined(v) {
			c.Preview(ctx, e.Target, v)
		}
	}
}

// errCycle is what a flow with a cycle ends with before it runs.
var errCycle = Errorf("Circular dependency detected in flow")

// Conclude puts results and errors into JavaScript's order of keys. A global error
// replaces the others.
func (s *semantics) Conclude(res *engine.Result, left bool) {
	if err := res.Err; left && !errors.As(err, new(*engine.LimitError)) {
		if !errors.Is(err, errCycle) {
			err = Errorf("Flow execution aborted by user")
		}
		res.Errors = []engine.NodeFailure{{Node: flow.GlobalNode, Err: err}}
	}
	slices.SortStableFunc(res.NodeResults, func(a, b engine.NodeValue) int { return s.succeeded.compare(a.Node, b.Node) })
	slices.SortStableFunc(res.Errors, func(a, b engine.NodeFailure) int { return s.failed.compare(a.Node, b.Node) })
}
