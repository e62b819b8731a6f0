package engine

import (
	"slices"

	"github.com/flowctl/flowctl/internal/order"
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

// order sorts nodes depth first, see [order.DepthFirst]; those that are not there are
// left out. If nodes wait for each other it returns a cycle, and nothing sorted.
func (g *graph) order(nodes []*node, before func(*node) []*node) (sorted, cycle []*node) {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.missing })
	sorted, cycle = order.DepthFirst(nodes, len(g.nodes), func(n *node) int { return n.index }, before)
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
