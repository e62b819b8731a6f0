package lint

import (
	"fmt"
	"strings"
)

// DidYouMean names the one of the known names that is closest to a wrong one:
// `; did you mean "x"?`, or "" if none is close.
func DidYouMean(wrong string, known []string) string {
	best := nearest(wrong, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %.80q?", best)
}

// nearest gives the known name that is closest to a wrong one, "" if none is close.
func nearest(wrong string, known []string) string {
	best, least := "", max(2, len(wrong)/3)+1
	for _, name := range known {
		d := distance(strings.ToLower(wrong), strings.ToLower(name))
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(wrong)) && wrong != "" {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is Levenshtein's: how many letters have to be put in, taken out or
// changed to make b of a.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		before := row[0]
		row[0] = i + 1
		for j, y := range to {
			change := before
			if x != y {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(to)]
}
