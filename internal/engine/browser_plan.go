package engine

import (
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// plans makes the plans: one step after another. A body is cut one step beyond the
// limit of nodes.
func (inBrowser) plans(_ flow.Spec, g *graph, limits Limits) (made plans, refused []flow.Problem, ended error) {
	sorted, cycle := g.order(g.nodes, sources)
	if cycle != nil {
		return plans{flow: &plan{}}, nil, errCycle
	}
	made = plans{flow: &plan{nodes: g.nodes}, bodies: make(map[*node]*plan)}
	for _, n := range sorted {
		if !n.eachOnly() {
			made.flow.steps = append(made.flow.steps, step{node: n})
		}
		if n.kind == flow.Loop {
			if body := n.branch(limits.Nodes); body != nil {
				made.bodies[n] = body
			}
		}
	}
	return made, nil, nil
}

// eachOnly reports whether all edges to n come from a handle "each", so that it
// is left to a loop to run it, even if they do not come from a loop.
func (n *node) eachOnly() bool {
	return len(n.in) > 0 && !slices.ContainsFunc(n.in, func(e *edge) bool { return e.handle != handleEach })
}

// neverRuns reports whether the browser leaves the node to a loop that is not there.
func (n *node) neverRuns() bool {
	return n.eachOnly() && !slices.ContainsFunc(n.in, func(e *edge) bool { return e.source.kind == flow.Loop })
}

// branch is what the browser runs in a round of the loop n: every target of
// "each" and then, depth first, all that follows it, as often as a way leads
// there.
func (n *node) branch(limit int) *plan {
	body := &plan{}
	var walk func(n *node)
	walk = func(n *node) {
		if n.missing || limit >= 0 && len(body.steps) > limit {
			return
		}
		body.steps = append(body.steps, step{node: n})
		for _, e := range n.out {
			if e.handle != handleDone && !e.target.eachOnly() {
				walk(e.target)
			}
		}
	}
	found := false
	for _, e := range n.out {
		if e.handle == handleEach {
			found = true
			walk(e.target)
		}
	}
	if !found {
		return nil
	}
	return body
}
