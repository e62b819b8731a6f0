// Package order sorts what waits for each other.
package order

import "slices"

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
