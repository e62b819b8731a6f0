// Package spell finds the name that a misspelt one stands for.
package spell

import (
	"fmt"
	"strings"
)

// DidYouMean returns a question about the one of the known names that is closest to a wrong one:
// `; did you mean "x"?`, or "" if none is close.
func DidYouMean(wrong string, known []string) string {
	best := Close(wrong, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %.80q?", best)
}

// Close returns the known name that is closest to a wrong one, "" if none is close.
func Close(wrong string, known []string) string {
	return Nearest(wrong, known, max(2, len(wrong)/3))
}

// Nearest returns the known name that takes the fewest changes to make of a wrong
// one, "" if all take more than most. The beginning of a name, of three letters or
// more, counts as one change away from it.
func Nearest(wrong string, known []string, most int) string {
	best, least := "", most+1
	lower := strings.ToLower(wrong)
	for _, name := range known {
		d := Distance(lower, strings.ToLower(name))
		if len(lower) >= 3 && strings.HasPrefix(strings.ToLower(name), lower) {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// Distance returns how many letters have to be put in, taken out, changed or
// swapped with their neighbour to make b of a (optimal string alignment).
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	var before []int // the row before last
	last := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i, x := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j, y := range to {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+changed(x != y))
			if i > 0 && j > 0 && x == to[j-1] && from[i-1] == y {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(to)]
}

func changed(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
