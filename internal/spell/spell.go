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
	return didYouMean(best)
}

func didYouMean(name string) string { return fmt.Sprintf("; did you mean %.80q?", name) }

// Close returns the known name that is closest to a wrong one, "" if none is close. What is
// after the @ of an e-mail does not count for its length: all colleagues have it.
func Close(wrong string, known []string) string {
	own, _, _ := strings.Cut(wrong, "@")
	return Nearest(wrong, known, max(2, len(own)/3))
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
		for _, part := range parts(strings.ToLower(name), len(strings.Fields(wrong))) {
			d = min(d, 1+Distance(lower, part))
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// parts returns each n words of a name that follow each other, if it has more, of three letters or more.
func parts(name string, n int) []string {
	words := strings.Fields(name)
	var list []string
	for i := 0; len(words) > n && n > 0 && i+n <= len(words); i++ {
		if part := strings.Join(words[i:i+n], " "); len(part) >= 3 {
			list = append(list, part)
		}
	}
	return list
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
