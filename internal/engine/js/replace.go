package js

import (
	"iter"
	"strconv"
	"strings"
)

// Match is a part of a text that is to be replaced.
type Match struct {
	Groups []int            // where the match and its groups begin and end, from group 0, which is all of it; -1 for one that took no part
	Length int              // of the text
	Names  map[string][]int // numbers of the groups of that name
}

// Part is a part of what a match is replaced by: a text, or, if that is "", what
// stands in the text from From to To.
type Part struct {
	Literal  string
	From, To int
}

// Expand yields replacement with its patterns filled in as String.replace does: $&
// is the match, $` and $' what stands before and after it, $1 … $99 and $<name>
// are groups, $$ is a dollar. Anything else stays as it is. Nothing is copied.
func Expand(replacement string, m Match) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		for rest := replacement; ; {
			at := strings.IndexByte(rest, '$')
			if at < 0 {
				at = len(rest)
			}
			if at > 0 && !yield(Part{Literal: rest[:at]}) || at == len(rest) {
				return
			}
			part, n := m.pattern(rest[at+1:])
			if n == 0 {
				part = Part{Literal: "$"}
			}
			if !yield(part) {
				return
			}
			rest = rest[at+1+n:]
		}
	}
}

// HasPattern reports whether a text that replaces a match without groups is not
// taken as it is.
func HasPattern(replacement string) bool {
	m := Match{Groups: []int{0, 0}}
	for rest := replacement; ; {
		at := strings.IndexByte(rest, '$')
		if at < 0 {
			return false
		}
		if _, n := m.pattern(rest[at+1:]); n > 0 {
			return true
		}
		rest = rest[at+1:]
	}
}

// pattern reads the pattern whose dollar stands before rest: its part and its
// length, 0 if it is none.
func (m Match) pattern(rest string) (part Part, n int) {
	if rest == "" {
		return Part{}, 0
	}
	switch c := rest[0]; {
	case c == '$':
		return Part{Literal: "$"}, 1
	case c == '&':
		return m.group(0), 1
	case c == '`':
		return Part{To: m.Groups[0]}, 1
	case c == '\'':
		return Part{From: m.Groups[1], To: m.Length}, 1
	case '0' <= c && c <= '9':
		return m.numbered(rest)
	case c == '<' && m.Names != nil:
		if end := strings.IndexByte(rest, '>'); end > 0 {
			for _, i := range m.Names[rest[1:end]] {
				if g := m.group(i); g.To > g.From {
					part = g
				}
			}
			return part, end + 1
		}
	}
	return Part{}, 0
}

// numbered reads a group's number of two digits, or of one if there are not that
// many groups.
func (m Match) numbered(rest string) (part Part, n int) {
	for n := min(2, digits(rest)); n > 0; n-- {
		if i, _ := strconv.Atoi(rest[:n]); 1 <= i && i < len(m.Groups)/2 {
			return m.group(i), n
		}
	}
	return Part{}, 0
}

func (m Match) group(i int) Part {
	if m.Groups[2*i] < 0 {
		return Part{}
	}
	return Part{From: m.Groups[2*i], To: m.Groups[2*i+1]}
}
