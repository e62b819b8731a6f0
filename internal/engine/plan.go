package engine

import (
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// plan is what the scheduler works off: the whole flow, or the body of a loop.
type plan struct {
	steps []step  // in the order in which they start when several can
	nodes []*node // whose results the plan's runs make, nested bodies included
	last  []*node // those that nothing in the plan waits for
}

// step is one run of a node.
type step struct {
	node  *node
	waits int   // how many other steps must be done first
	wakes []int // the steps that wait for this one
}

// plans are a flow's plan and those of its loops' bodies.
type plans struct {
	flow   *plan
	bodies map[*node]*plan // by loop; none for a loop without a body
}

// order sorts nodes depth first, see [flow.DepthFirst]; those that are not there are
// left out. If nodes wait for each other it returns a cycle, and nothing sorted.
func (g *graph) order(nodes []*node, before func(*node) []*node) (sorted, cycle []*node) {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.missing })
	sorted, cycle = flow.DepthFirst(nodes, len(g.nodes), func(n *node) int { return n.index }, before)
	if cycle != nil {
		return nil, cycle
	}
	return sorted, nil
}

// sources lists the nodes that lead to n, in edge order.
func sources(n *node) []*node {
	list := make([]*node, len(n.in))
	for i, e := range n.in {
		list[i] = e.source
	}
	return list
}

// dependencies lists the nodes that n waits for.
func dependencies(n *node) []*node { return append(sources(n), n.refs...) }

// waitingPlan is a plan whose steps wait for those that before lists.
func (g *graph) waitingPlan(nodes []*node, before func(*node) []*node) (made *plan, cycle []*node) {
	sorted, cycle := g.order(nodes, before)
	if cycle != nil {
		return nil, cycle
	}
	p := &plan{nodes: sorted, steps: make([]step, len(sorted))}
	rank := make([]int, len(g.nodes))
	for i, n := range sorted {
		rank[n.index] = i
		p.steps[i].node = n
		for _, dep := range before(n) {
			from := &p.steps[rank[dep.index]]
			if last := len(from.wakes) - 1; last < 0 || from.wakes[last] != i { // once, however many edges there are
				from.wakes = append(from.wakes, i)
				p.steps[i].waits++
			}
		}
	}
	for _, s := range p.steps {
		if len(s.wakes) == 0 {
			p.last = append(p.last, s.node)
		}
	}
	return p, nil
}

// browserPlans are the plans of the browser: one thing after another. limit is
// how many steps a body may have; it is cut one beyond that.
func (g *graph) browserPlans(limit int) (made plans, cycle []*node) {
	sorted, cycle := g.order(g.nodes, sources)
	if cycle != nil {
		return plans{}, cycle
	}
	made = plans{flow: &plan{nodes: g.nodes}, bodies: make(map[*node]*plan)}
	for _, n := range sorted {
		if !n.eachOnly() {
			made.flow.steps = append(made.flow.steps, step{node: n})
		}
		if n.kind == flow.Loop {
			if body := n.branch(limit); body != nil {
				made.bodies[n] = body
			}
		}
	}
	return made, nil
}

// eachOnly tells whether all edges to n come from a handle "each", so that it
// is left to a loop to run it, even if they do not come from a loop.
func (n *node) eachOnly() bool {
	return len(n.in) > 0 && !slices.ContainsFunc(n.in, func(e *edge) bool { return e.handle != flow.HandleEach })
}

// neverRuns tells whether the browser leaves the node to a loop that is not there.
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
			if e.handle != flow.HandleDone && !e.target.eachOnly() {
				walk(e.target)
			}
		}
	}
	found := false
	for _, e := range n.out {
		if e.handle == flow.HandleEach {
			found = true
			walk(e.target)
		}
	}
	if !found {
		return nil
	}
	return body
}
