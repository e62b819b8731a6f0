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
// Tarjan's algorithm: out lists for each node those that its edges lead to. The nodes of
// a cycle are in ascending order, the cycles in that of their first nodes. An edge from a
// node to itself is not a cycle here.
func Cycles(out [][]int) [][]int {
	const complete = math.MaxInt
	number := make([]int, len(out)) // order of discovery, from 1; 0 is not seen yet
	low := make([]int, len(out))    // smallest number that is reached from the node, or complete
	var stack []int
	var cycles [][]int
	count := 0
	var visit func(n int)
	visit = func(n int) {
		count++
		number[n], low[n] = count, count
		first := len(stack)
		stack = append(stack, n)
		for _, m := range out[n] {
			if number[m] == 0 {
				visit(m)
			}
			low[n] = min(low[n], low[m])
		}
		if low[n] < number[n] {
			return
		}
		set := slices.Clone(stack[first:])
		stack = stack[:first]
		for _, m := range set {
			low[m] = complete
		}
		if len(set) > 1 {
			slices.Sort(set)
			cycles = append(cycles, set)
		}
	}
	for n := range out {
		if number[n] == 0 {
			visit(n)
		}
	}
	slices.SortFunc(cycles, func(a, b []int) int { return a[0] - b[0] })
	return cycles
}
