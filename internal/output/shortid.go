package output

import (
	"slices"

	"github.com/google/uuid"
)

// How many characters of a UUID are shown at least. Those of version 7 begin with the time,
// of which eight characters are a minute, and thirteen a millisecond.
const (
	shortID     = 8
	shortTimeID = 13
)

// shortenIDs cuts the UUIDs in a column to as many characters as tell them apart, so that
// they can be typed back. Other ids stay as they are: people chose them.
func shortenIDs(rows [][]string, column int) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row[column]
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, row := range rows {
		id := row[column]
		u, err := uuid.Parse(id)
		if err != nil || len(id) != len(u.String()) {
			continue
		}
		n := shortID
		if u.Version() == 7 {
			n = shortTimeID
		}
		at, _ := slices.BinarySearch(ids, id)
		for _, other := range []int{at - 1, at + 1} {
			if other >= 0 && other < len(ids) {
				n = max(n, 1+commonPrefix(id, ids[other]))
			}
		}
		if n < len(id) && id[n-1] == '-' {
			n++
		}
		row[column] = id[:min(n, len(id))]
	}
}

// commonPrefix returns how many bytes two ids have in common at their beginning.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
