package browser

import (
	"slices"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Plans makes the plans: one step after another. A body is cut one step beyond the
// limit of nodes.
func (*semantics) Plans(_ flow.Spec, g *engine.Graph, limits engine.Limits) (made engine.Plans, refused []flow.Problem, ended error) {
	sorted, cycle := g.Sorted()
	if cycle != nil {
		return engine.Plans{Flow: &engine.Plan{}}, nil, errCycle
	}
	made = engine.Plans{Flow: &engine.Plan{}, Bodies: make(map[*engine.Node]*engine.Plan)}
	for _, n := range sorted {
		if !eachOnly(n) {
			made.Flow.Steps = append(made.Flow.Steps, engine.Step{Node: n})
		}
		if n.Kind == flow.Loop {
			if body := branch(n, limits.Nodes); body != nil {
				made.Bodies[n] = body
			}
		}
	}
	return made, nil, nil
}

// eachOnly reports whether all edges to n come from a handle "each", so that it
// is left to a loop to run it, even if they do not come from a loop.
func eachOnly(n *engine.Node) bool {
	return len(n.In) > 0 && !slices.ContainsFunc(n.In, func(e *engine.Edge) bool { return !engine.IsEach(e) })
}

// neverRuns reports whether the browser leaves the node to a loop that is not there.
func neverRuns(n *engine.Node) bool {
	return eachOnly(n) && !slices.ContainsFunc(n.In, func(e *engine.Edge) bool { return e.Source.Kind == flow.Loop })
}

// branch is what the browser runs in a round of the loop n: every target of
// "each" and then, depth first, all that follows it, as often as a way leads
// there.
func branch(n *engine.Node, limit int) *engine.Plan {
	body := &engine.Plan{}
	var walk func(n *engine.Node)
	walk = func(n *engine.Node) {
		if n.Missing || limit >= 0 && len(body.Steps) > limit {
			return
		}
		body.Steps = append(body.Steps, engine.Step{Node: n})
		for _, e := range n.Out {
			if e.Handle != engine.HandleDone && !eachOnly(e.Target) {
				walk(e.Target)
			}
		}
	}
	found := false
	for _, e := range n.Out {
		if engine.IsEach(e) {
			found = true
			walk(e.Target)
		}
	}
	if !found {
		return nil
	}
	return body
}
