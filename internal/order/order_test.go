package order

import (
	"strings"
	"testing"
)

// graphOf reads "abc; a>b b>c": nodes, then edges, into the names of the nodes and where
// the edges of each lead to and come from.
func graphOf(text string) (names string, out, in [][]int) {
	names, edges, _ := strings.Cut(text, ";")
	out, in = make([][]int, len(names)), make([][]int, len(names))
	for _, e := range strings.Fields(edges) {
		from, to := strings.IndexByte(names, e[0]), strings.IndexByte(names, e[2])
		out[from], in[to] = append(out[from], to), append(in[to], from)
	}
	return names, out, in
}

func sorted(in [][]int) []int {
	nodes := make([]int, len(in))
	for i := range nodes {
		nodes[i] = i
	}
	list, _ := DepthFirst(nodes, len(in), func(i int) int { return i }, func(i int) []int { return in[i] })
	return list
}

func TestGraph(t *testing.T) {
	for _, tt := range []struct{ graph, order, cycles string }{
		{"", "", ""},
		{"abc", "abc", ""},
		{"cba; a>b b>c", "abc", ""},
		{"zabc; a>c b>c", "zabc", ""},
		{"oi21; i>1 i>2 1>o 2>o", "i12o", ""},
		{"ab; a>b a>b", "ab", ""},
		{"a; a>a", "", ""},
		{"xabcy; x>a a>b b>a b>c c>y", "x", "ab"},
		{"abcde; a>b b>c c>a d>e e>d", "", "abc de"},
		{"cba; a>b b>c c>a a>c", "", "cba"},
		{"abcdef; a>b b>a b>c c>d d>c e>c f>e", "fe", "ab cd"},
	} {
		names, out, in := graphOf(tt.graph)
		text := func(nodes []int) (s string) {
			for _, n := range nodes {
				s += names[n : n+1]
			}
			return s
		}
		var cycles []string
		for _, c := range Cycles(out) {
			cycles = append(cycles, text(c))
		}
		if got := text(sorted(in)); got != tt.order {
			t.Errorf("%s: order %q, want %q", tt.graph, got, tt.order)
		}
		if got := strings.Join(cycles, " "); got != tt.cycles {
			t.Errorf("%s: cycles %q, want %q", tt.graph, got, tt.cycles)
		}
	}
}

// A very long chain and a very long cycle, with the nodes in the wrong order.
func TestLarge(t *testing.T) {
	const n = 100_000
	out, in := make([][]int, n), make([][]int, n)
	for i := range n - 1 {
		out[i+1], in[i] = []int{i}, []int{i + 1}
	}
	if list := sorted(in); len(list) != n || list[0] != n-1 || list[n-1] != 0 {
		t.Errorf("%d nodes in order", len(list))
	}
	out[0], in[n-1] = []int{n - 1}, []int{0}
	if cycles := Cycles(out); len(cycles) != 1 || len(cycles[0]) != n || len(sorted(in)) != 0 {
		t.Errorf("%d cycles, %d nodes in order", len(cycles), len(sorted(in)))
	}
}
