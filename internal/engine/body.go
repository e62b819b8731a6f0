package engine

import (
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// bodies are the loops of a flow in standard. The body of a loop is all that its
// handle "each" leads to, the bodies of loops inside it included.
type bodies struct {
	graph   *graph
	loops   []*node                  // those with a body
	of      map[*node]map[*node]bool // the bodies, by loop
	around  map[*node]*node          // by node, the innermost loop around it
	overlap []flow.Problem
}

func newBodies(g *graph) *bodies {
	b := &bodies{graph: g, of: make(map[*node]map[*node]bool), around: make(map[*node]*node)}
	size := 0
	for _, n := range g.nodes {
		if size > maxDepth*len(g.nodes) { // or finding them takes time with the square of their number
			b.overlap = append(b.overlap, problem(CodeLoopBody, n, fmt.Sprintf(
				"more than %d loops are inside each other, or have the same nodes in their bodies", maxDepth)))
			break
		}
		if n.kind != flow.Loop {
			continue
		}
		if body := reach(n, isEach); len(body) > 0 {
			b.loops = append(b.loops, n)
			b.of[n] = body
			size += len(body)
		}
	}
	b.nest()
	return b
}

// nest finds the innermost loop around every node. Of two loops that have a node
// in their bodies one must be in the body of the other.
func (b *bodies) nest() {
	type pair struct{ inner, outer *node }
	told := make(map[pair]bool)
	for _, n := range b.graph.nodes {
		var around []*node
		for _, l := range b.loops {
			if b.of[l][n] {
				around = append(around, l)
			}
		}
		if len(around) == 0 {
			continue
		}
		slices.SortStableFunc(around, func(l, m *node) int { return len(b.of[l]) - len(b.of[m]) })
		b.around[n] = around[0]
		for i, outer := range around[1:] {
			p := pair{around[i], outer}
			if b.of[outer][p.inner] || told[p] {
				continue
			}
			told[p] = true
			b.overlap = append(b.overlap, problem(CodeLoopBody, n, fmt.Sprintf(
				"the loops %.80q and %.80q both have the node in their bodies; put one loop into the body of the other, or join them after their %q",
				p.inner.id, outer.id, handleDone)))
		}
	}
}

func isEach(e *edge) bool { return e.handle == handleEach }

// reach is the set of nodes that those edges from n lead to.
func reach(n *node, first func(*edge) bool) map[*node]bool {
	reached := make(map[*node]bool)
	var todo []*node
	for _, e := range n.out {
		if first(e) {
			todo = append(todo, e.target)
		}
	}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if reached[at] {
			continue
		}
		reached[at] = true
		for _, e := range at.out {
			todo = append(todo, e.target)
		}
	}
	return reached
}

// problems says what keeps the loops from having bodies of their own.
func (b *bodies) problems() []flow.Problem {
	found := b.overlap
	for _, l := range b.loops {
		done := reach(l, func(e *edge) bool { return !isEach(e) })
		both := slices.IndexFunc(b.graph.nodes, func(n *node) bool { return b.of[l][n] && done[n] })
		if both >= 0 {
			found = append(found, problem(CodeLoopBody, l, fmt.Sprintf(
				"the loop's handles %q and %q both lead to node %.80q; only one of them may",
				handleEach, handleDone, b.graph.nodes[both].id)))
		}
	}
	return found
}

// plans makes the plans of the flow and of every body. Of steps that wait for
// each other (through references, when there is no cycle of edges) it returns the
// cycle.
func (b *bodies) plans() (made plans, cycle []*node) {
	// By loop, nil for the flow: the nodes directly in it.
	inside := map[*node][]*node{nil: make([]*node, 0, len(b.graph.nodes))}
	waits := make([][]*node, len(b.graph.nodes))
	for _, n := range b.graph.nodes {
		inside[b.around[n]] = append(inside[b.around[n]], n)
		for _, dep := range dependencies(n) {
			n, dep := b.level(n, dep)
			if n != dep {
				waits[n.index] = append(waits[n.index], dep)
			}
		}
	}
	before := func(n *node) []*node { return waits[n.index] }
	made.bodies = make(map[*node]*plan, len(b.of))
	for _, l := range b.loops {
		p, cycle := b.graph.waitingPlan(inside[l], before)
		if cycle != nil {
			return plans{}, cycle
		}
		p.nodes = nil
		for _, n := range b.graph.nodes {
			if b.of[l][n] {
				p.nodes = append(p.nodes, n)
			}
		}
		made.bodies[l] = p
	}
	if made.flow, cycle = b.graph.waitingPlan(inside[nil], before); cycle != nil {
		return plans{}, cycle
	}
	made.flow.nodes = b.graph.nodes
	return made, nil
}

// level lifts two nodes out of bodies until both are directly in the same one,
// or in the flow: what is inside a loop is the loop to what is outside.
func (b *bodies) level(n, dep *node) (*node, *node) {
	for {
		for up := dep; up != nil; up = b.around[up] {
			if b.around[up] == b.around[n] {
				return n, up
			}
		}
		n = b.around[n]
	}
}
