package engine

import (
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// bodies are the bodies of a flow's loops in standard. The body of a loop is every node that
// its handle "each" leads to, with the bodies of loops inside it.
type bodies struct {
	graph   *Graph
	loops   []*Node                  // those with a body
	of      map[*Node]map[*Node]bool // the bodies, by loop
	around  map[*Node]*Node          // by node, the innermost loop around it
	overlap []flow.Problem
}

func newBodies(g *Graph) *bodies {
	b := &bodies{graph: g, of: make(map[*Node]map[*Node]bool), around: make(map[*Node]*Node)}
	size := 0
	for _, n := range g.Nodes {
		if size > maxDepth*len(g.Nodes) { // or finding them takes time with the square of their number
			b.overlap = append(b.overlap, problem(CodeLoopBody, n, fmt.Sprintf(
				"more than %d loops are inside each other, or have the same nodes in their bodies", maxDepth)))
			break
		}
		if n.Kind != flow.Loop {
			continue
		}
		if body := Reach(n, IsEach); len(body) > 0 {
			b.loops = append(b.loops, n)
			b.of[n] = body
			size += len(body)
		}
	}
	b.nest()
	return b
}

// nest finds the innermost loop around each node. If two loops have a node in their bodies,
// one of them must be in the body of the other.
func (b *bodies) nest() {
	type pair struct{ inner, outer *Node }
	told := make(map[pair]bool)
	for _, n := range b.graph.Nodes {
		var around []*Node
		for _, l := range b.loops {
			if b.of[l][n] {
				around = append(around, l)
			}
		}
		if len(around) == 0 {
			continue
		}
		slices.SortStableFunc(around, func(l, m *Node) int { return len(b.of[l]) - len(b.of[m]) })
		b.around[n] = around[0]
		for i, outer := range around[1:] {
			p := pair{around[i], outer}
			if b.of[outer][p.inner] || told[p] {
				continue
			}
			told[p] = true
			b.overlap = append(b.overlap, problem(CodeLoopBody, n, fmt.Sprintf(
				"the loops %.80q and %.80q both have the node in their bodies; put one loop into the body of the other, or join them after their %q",
				p.inner.ID, outer.ID, HandleDone)))
		}
	}
}

// IsEach reports whether an edge leads from a loop into its body.
func IsEach(e *Edge) bool { return e.Handle == handleEach }

// Reach returns the nodes that can be reached from n by an edge for which first returns true
// and then any edges.
func Reach(n *Node, first func(*Edge) bool) map[*Node]bool {
	reached := make(map[*Node]bool)
	var todo []*Node
	for _, e := range n.Out {
		if first(e) {
			todo = append(todo, e.Target)
		}
	}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if reached[at] {
			continue
		}
		reached[at] = true
		for _, e := range at.Out {
			todo = append(todo, e.Target)
		}
	}
	return reached
}

// problems returns the loops whose bodies overlap.
func (b *bodies) problems() []flow.Problem {
	found := b.overlap
	for _, l := range b.loops {
		done := Reach(l, func(e *Edge) bool { return !IsEach(e) })
		both := slices.IndexFunc(b.graph.Nodes, func(n *Node) bool { return b.of[l][n] && done[n] })
		if both >= 0 {
			found = append(found, problem(CodeLoopBody, l, fmt.Sprintf(
				"the loop's handles %q and %q both lead to node %.80q; only one of them may",
				handleEach, HandleDone, b.graph.Nodes[both].ID)))
		}
	}
	return found
}

// plans returns the plans of the flow and of every body. If steps wait for each other,
// by edges or by references, it returns that cycle instead.
func (b *bodies) plans() (made Plans, cycle []*Node) {
	// By loop, nil for the flow: the nodes directly in it.
	inside := map[*Node][]*Node{nil: make([]*Node, 0, len(b.graph.Nodes))}
	waits := make([][]*Node, len(b.graph.Nodes))
	for _, n := range b.graph.Nodes {
		inside[b.around[n]] = append(inside[b.around[n]], n)
		for _, dep := range dependencies(n) {
			n, dep := b.level(n, dep)
			if n != dep {
				waits[n.index] = append(waits[n.index], dep)
			}
		}
	}
	before := func(n *Node) []*Node { return waits[n.index] }
	made.Bodies = make(map[*Node]*Plan, len(b.of))
	for _, l := range b.loops {
		p, cycle := b.graph.waitingPlan(inside[l], before)
		if cycle != nil {
			return Plans{}, cycle
		}
		p.Nodes = nil
		for _, n := range b.graph.Nodes {
			if b.of[l][n] {
				p.Nodes = append(p.Nodes, n)
			}
		}
		made.Bodies[l] = p
	}
	if made.Flow, cycle = b.graph.waitingPlan(inside[nil], before); cycle != nil {
		return Plans{}, cycle
	}
	made.Flow.Nodes = b.graph.Nodes
	return made, nil
}

// level replaces two nodes by the loops around them until both are directly in the same body,
// or in the flow: a node outside a loop waits for the whole loop.
func (b *bodies) level(n, dep *Node) (*Node, *Node) {
	for {
		for up := dep; up != nil; up = b.around[up] {
			if b.around[up] == b.around[n] {
				return n, up
			}
		}
		n = b.around[n]
	}
}
