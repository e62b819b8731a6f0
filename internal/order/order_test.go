package order

import (
	"strings"
	"testing"
)

// graphOf reads "abc; a>b b>c": nodes, then edges, into the names of the nodes, the edges,
// and where those of each node come from.
func graphOf(text string) (names string, edges [][2]int, in [][]int) {
	names, list, _ := strings.Cut(text, ";")
	in = make([][]int, len(names))
	for _, e := range strings.Fields(list) {
		from, to := strings.IndexByte(names, e[0]), strings.IndexByte(names, e[2])
		edges, in[to] = append(edges, [2]int{from, to}), append(in[to], from)
	}
	return names, edges, in
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
		names, edges, in := graphOf(tt.graph)
		text := func(nodes []int) (s string) {
			for _, n := range nodes {
				s += names[n : n+1]
			}
			return s
		}
		var cycles []string
		for _, c := range Cycles(len(names), edges) {
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
	edges, in := make([][2]int, 0, n), make([][]int, n)
	for i := range n - 1 {
		edges, in[i] = append(edges, [2]int{i + 1, i}), []int{i + 1}
	}
	if list := sorted(in); len(list) != n || list[0] != n-1 || list[n-1] != 0 {
		t.Errorf("%d nodes in order", len(list))
	}
	edges, in[n-1] = append(edges, [2]int{0, n - 1}), []int{0}
	if cycles := Cycles(n, edges); len(cycles) != 1 || len(cycles[0]) != n || len(sorted(in)) != 0 {
		t.Errorf("%d cycles, %d nodes in order", len(cycles), len(sorted(in)))
	}
}
