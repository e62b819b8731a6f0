package flow

import (
	"slices"

	"github.com/flowctl/flowctl/internal/order"
)

// Graph is the graph of a flow's nodes, for finding out what runs when. Nodes
// without an id, and edges that do not join two nodes, are not part of it; of
// nodes with the same id it is the first.
type Graph struct {
	nodes   []Node
	edges   []Edge
	index   map[string]int // node by id
	ends    []ends         // by edge
	in, out [][]int        // edges by node, in edge order
}

// ends are the nodes that an edge joins, -1 for both if it joins no two nodes.
type ends struct{ source, target int }

// NewGraph indexes the flow. It shares the Spec's nodes and edges.
func NewGraph(s Spec) *Graph {
	g := &Graph{
		nodes: s.Nodes,
		edges: s.Edges,
		index: make(map[string]int, len(s.Nodes)),
		ends:  make([]ends, len(s.Edges)),
	}
	for i, n := range slices.Backward(s.Nodes) { // so that the first of an id stays
		if n.ID != "" {
			g.index[n.ID] = i
		}
	}
	for i, e := range s.Edges {
		source, ok := g.index[e.Source]
		target, ok2 := g.index[e.Target]
		if !ok || !ok2 {
			source, target = -1, -1
		}
		g.ends[i] = ends{source, target}
	}
	g.out = g.byNode(func(e ends) int { return e.source })
	g.in = g.byNode(func(e ends) int { return e.target })
	return g
}

// byNode lists, for each node, the edges of which it is the given end.
func (g *Graph) byNode(end func(ends) int) [][]int {
	counts := make([]int, len(g.nodes))
	total := 0
	for _, e := range g.ends {
		if i := end(e); i >= 0 {
			counts[i]++
			total++
		}
	}
	all := make([]int, 0, total) // one allocation for all lists
	lists := make([][]int, len(g.nodes))
	for i, n := range counts {
		lists[i] = all[len(all) : len(all) : len(all)+n]
		all = all[:len(all)+n]
	}
	for k, e := range g.ends {
		if i := end(e); i >= 0 {
			lists[i] = append(lists[i], k)
		}
	}
	return lists
}

// Node finds a node by its id, nil if there is none.
func (g *Graph) Node(id string) *Node {
	if i, ok := g.index[id]; ok {
		return &g.nodes[i]
	}
	return nil
}

// In lists the edges that lead to the node, in the flow's order of edges.
func (g *Graph) In(id string) []Edge { return g.list(id, g.in) }

// Out lists the edges that come from the node, in the flow's order of edges.
func (g *Graph) Out(id string) []Edge { return g.list(id, g.out) }

func (g *Graph) list(id string, byNode [][]int) []Edge {
	i, ok := g.index[id]
	if !ok {
		return nil
	}
	edges := make([]Edge, len(byNode[i]))
	for k, e := range byNode[i] {
		edges[k] = g.edges[e]
	}
	return edges
}

// Order lists the ids of the nodes so that each comes after all that lead to it, and
// otherwise in the flow's order. Nodes on a cycle, and those after one, are left out.
func (g *Graph) Order() []string {
	var nodes []int
	for i := range g.nodes {
		if g.has(i) {
			nodes = append(nodes, i)
		}
	}
	sorted, _ := order.DepthFirst(nodes, len(g.nodes), func(i int) int { return i }, func(i int) []int {
		sources := make([]int, len(g.in[i]))
		for k, e := range g.in[i] {
			sources[k] = g.ends[e].source
		}
		return sources
	})
	ids := make([]string, len(sorted))
	for k, i := range sorted {
		ids[k] = g.nodes[i].ID
	}
	return ids
}

// has reports whether the node at i is part of the graph.
func (g *Graph) has(i int) bool {
	first, ok := g.index[g.nodes[i].ID]
	return ok && first == i
}
