package flow

import "slices"

// Cycles lists the cycles as strongly connected components: sets of nodes each
// of which leads to all the others, and single nodes with an edge to themselves.
// The ids of a cycle are in the flow's order of nodes, the cycles in that of
// their first nodes.
func (g *Graph) Cycles() [][]string {
	n := len(g.nodes)
	t := tarjan{
		g: g, number: make([]int, n), low: make([]int, n), onStack: make([]bool, n),
		stack: make([]int, 0, n), path: make([]frame, 0, n),
	}
	for i := range g.nodes {
		if g.has(i) && t.number[i] == 0 {
			t.visit(i)
		}
	}
	slices.SortFunc(t.found, func(a, b []int) int { return a[0] - b[0] })
	cycles := make([][]string, len(t.found))
	for k, component := range t.found {
		for _, i := range component {
			cycles[k] = append(cycles[k], g.nodes[i].ID)
		}
	}
	return cycles
}

// tarjan finds strongly connected components by Tarjan's algorithm, with a stack
// of its own: a chain of nodes may be longer than the goroutine's should grow.
type tarjan struct {
	g       *Graph
	number  []int // order of discovery, from 1; 0 is not seen yet
	low     []int // smallest number that is reached from the node
	onStack []bool
	stack   []int
	path    []frame // to the node that is being visited
	count   int
	found   [][]int
}

// frame is a node whose edges are being followed.
type frame struct{ node, next int }

func (t *tarjan) visit(start int) {
	path := t.path
	path = append(path, t.enter(start))
	for len(path) > 0 {
		f := &path[len(path)-1]
		if out := t.g.out[f.node]; f.next < len(out) {
			target := t.g.ends[out[f.next]].target
			f.next++
			if t.number[target] == 0 {
				path = append(path, t.enter(target))
			} else if t.onStack[target] {
				t.low[f.node] = min(t.low[f.node], t.number[target])
			}
			continue
		}
		done := f.node
		path = path[:len(path)-1]
		if len(path) > 0 {
			parent := path[len(path)-1].node
			t.low[parent] = min(t.low[parent], t.low[done])
		}
		if t.low[done] == t.number[done] {
			t.leave(done)
		}
	}
}

func (t *tarjan) enter(node int) frame {
	t.count++
	t.number[node], t.low[node] = t.count, t.count
	t.stack = append(t.stack, node)
	t.onStack[node] = true
	return frame{node: node}
}

// leave takes the component that was discovered first at root off the stack.
func (t *tarjan) leave(root int) {
	at := len(t.stack) - 1
	for t.stack[at] != root {
		at--
	}
	component := t.stack[at:]
	t.stack = t.stack[:at]
	for _, node := range component {
		t.onStack[node] = false
	}
	if len(component) > 1 || t.loops(root) {
		component = slices.Clone(component)
		slices.Sort(component)
		t.found = append(t.found, component)
	}
}

// loops reports whether the node has an edge to itself.
func (t *tarjan) loops(node int) bool {
	return slices.ContainsFunc(t.g.out[node], func(e int) bool {
		return t.g.ends[e].target == node
	})
}
