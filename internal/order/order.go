// Package order sorts nodes that wait for each other, and finds those that do so in a circle.
package order

import (
	"math"
	"slices"
)

// DepthFirst sorts nodes as the editor does: each comes after the ones that before
// lists for it, which come in that order, and otherwise in the given order. index
// numbers all of them below count. Nodes that wait for each other are left out, and so
// are those that wait for them; of the first that it meets it returns the cycle.
func DepthFirst[N any](nodes []N, count int, index func(N) int, before func(N) []N) (sorted, cycle []N) {
	const visiting, done, failed = 1, 2, 3
	state := make([]uint8, count)
	sorted = make([]N, 0, len(nodes))
	var path []N
	var visit func(n N) bool
	visit = func(n N) bool {
		at := index(n)
		if state[at] == visiting && cycle == nil {
			cycle = slices.Clone(path[slices.IndexFunc(path, func(m N) bool { return index(m) == at }):])
		}
		if state[at] != 0 {
			return state[at] == done
		}
		state[at] = visiting
		path = append(path, n)
		ok := true
		for _, first := range before(n) {
			ok = visit(first) && ok
		}
		path = path[:len(path)-1]
		if state[at] = failed; ok {
			state[at] = done
			sorted = append(sorted, n)
		}
		return ok
	}
	for _, n := range nodes {
		visit(n)
	}
	return sorted, cycle
}

// Cycles returns the sets of nodes each of which leads to all the others of its set, by
// Tarjan's algorithm: nodes are numbers below count, an edge is where it comes from and
// where it leads to. The nodes of a cycle are in ascending order, the cycles in that of
// their first nodes. An edge from a node to itself is not a cycle here.
func Cycles(count int, edges [][2]int) [][]int {
	const complete = math.MaxInt
	last := make([]int, count)          // the number of the node's last edge, from 1; 0 is none
	before := make([]int, len(edges)+1) // the number of the edge of the same node before the edge of a number
	for i, e := range edges {
		last[e[0]], before[i+1] = i+1, last[e[0]]
	}
	number := make([]int, count) // order of discovery, from 1; 0 is not seen yet
	low := make([]int, count)    // smallest number that is reached from the node, or complete
	var stack []int
	var cycles [][]int
	seen := 0
	var visit func(n int)
	visit = func(n int) {
		seen++
		number[n], low[n] = seen, seen
		first := len(stack)
		stack = append(stack, n)
		for e := last[n]; e > 0; e = before[e] {
			m := edges[e-1][1]
			if number[m] == 0 {
				visit(m)
			}
			low[n] = min(low[n], low[m])
		}
		if low[n] < number[n] {
			return
		}
		set := stack[first:]
		stack = stack[:first]
		for _, m := range set {
			low[m] = complete
		}
		if len(set) > 1 {
			slices.Sort(set)
			cycles = append(cycles, slices.Clone(set))
		}
	}
	for n := range count {
		if number[n] == 0 {
			visit(n)
		}
	}
	slices.SortFunc(cycles, func(a, b []int) int { return a[0] - b[0] })
	return cycles
}
