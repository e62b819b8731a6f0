package flow

import (
	"fmt"
	"strings"
	"testing"
)

// graphOf makes a graph from "a b c; a>b b>c": nodes, then edges.
func graphOf(text string) *Graph {
	var s Spec
	nodes, edges, _ := strings.Cut(text, ";")
	for _, id := range strings.Fields(nodes) {
		s.Nodes = append(s.Nodes, Node{ID: id, Type: Model})
	}
	for i, e := range strings.Fields(edges) {
		source, target, _ := strings.Cut(e, ">")
		s.Edges = append(s.Edges, Edge{ID: fmt.Sprint("e", i), Source: source, Target: target})
	}
	return NewGraph(s)
}

func TestGraph(t *testing.T) {
	tests := []struct {
		graph  string
		order  string
		cycles string
	}{
		{"", "", ""},
		{"a b c", "a b c", ""},
		{"c b a; a>b b>c", "a b c", ""},
		{"z a b c; a>c b>c", "z a b c", ""},
		{"out in m2 m1; in>m1 in>m2 m1>out m2>out", "in m1 m2 out", ""},
		{"a b; a>b a>b", "a b", ""},
		{"a; a>a", "", "a"},
		{"x a b c y; x>a a>b b>a b>c c>y", "x", "a b"},
		{"a b c d e; a>b b>c c>a d>e e>d", "", "a b c|d e"},
		{"c b a; a>b b>c c>a a>c", "", "c b a"},
		{"a b; a>ghost ghost>b >b a>", "a b", ""},
		{"a b a; a>b b>a", "", "a b"}, // the second a has no edges of its own
	}
	for _, tt := range tests {
		t.Run(tt.graph, func(t *testing.T) {
			g := graphOf(tt.graph)
			if got := strings.Join(g.Order(), " "); got != tt.order {
				t.Errorf("order %q, want %q", got, tt.order)
			}
			var cycles []string
			for _, c := range g.Cycles() {
				cycles = append(cycles, strings.Join(c, " "))
			}
			if got := strings.Join(cycles, "|"); got != tt.cycles {
				t.Errorf("cycles %q, want %q", got, tt.cycles)
			}
		})
	}
}

func TestGraphEdges(t *testing.T) {
	g := graphOf("a b c; b>c a>c a>b a>c")
	ids := func(edges []Edge) (s string) {
		for _, e := range edges {
			s += e.ID
		}
		return s
	}
	if in, out := ids(g.In("c")), ids(g.Out("a")); in != "e0e1e3" || out != "e1e2e3" {
		t.Errorf("in of c %s, out of a %s", in, out)
	}
	if g.In("ghost") != nil || g.Node("ghost") != nil || g.Node("b").ID != "b" {
		t.Error("found what is not there, or not what is")
	}
}

// A very long chain and a very long cycle, with the nodes in the wrong order.
func TestGraphLarge(t *testing.T) {
	const n = 100_000
	var s Spec
	for i := range n {
		s.Nodes = append(s.Nodes, Node{ID: fmt.Sprint(n - 1 - i)})
		s.Edges = append(s.Edges, Edge{Source: fmt.Sprint(i), Target: fmt.Sprint(i + 1)})
	}
	order := NewGraph(s).Order()
	if len(order) != n || order[0] != "0" || order[n-1] != fmt.Sprint(n-1) {
		t.Errorf("%d nodes in order", len(order))
	}
	s.Edges = append(s.Edges, Edge{Source: fmt.Sprint(n - 1), Target: "0"})
	g := NewGraph(s)
	if cycles := g.Cycles(); len(cycles) != 1 || len(cycles[0]) != n || len(g.Order()) != 0 {
		t.Errorf("%d cycles, %d nodes in order", len(cycles), len(g.Order()))
	}
}
