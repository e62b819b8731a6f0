package js

import (
	"strconv"
	"strings"
)

// Match is a part of a text that is to be replaced.
type Match struct {
	Before, Text, After string
	Groups              []*string // what the groups hold, from group 1; nil for one that took no part
	Names               map[string]int
}

// Expand gives replacement with its patterns filled in as String.replace does:
// $& is the match, $` and $' what stands before and behind it, $1 … $99 and
// $<name> are groups, $$ is a dollar. Anything else stays as it is.
func Expand(replacement string, m Match) string {
	var b strings.Builder
	for {
		plain, rest, dollar := strings.Cut(replacement, "$")
		b.WriteString(plain)
		if !dollar {
			return b.String()
		}
		text, n := m.pattern(rest)
		if n == 0 {
			text = "$"
		}
		b.WriteString(text)
		replacement = rest[n:]
	}
}

// pattern reads the pattern whose dollar stands before rest: its text and its
// length, 0 if it is none.
func (m Match) pattern(rest string) (text string, n int) {
	if rest == "" {
		return "", 0
	}
	switch c := rest[0]; {
	case c == '$':
		return "$", 1
	case c == '&':
		return m.Text, 1
	case c == '`':
		return m.Before, 1
	case c == '\'':
		return m.After, 1
	case '0' <= c && c <= '9':
		return m.numbered(rest)
	case c == '<' && m.Names != nil:
		if end := strings.IndexByte(rest, '>'); end > 0 {
			return m.group(m.Names[rest[1:end]]), end + 1
		}
	}
	return "", 0
}

// numbered reads a group's number of two digits, or of one if there are not that
// many groups.
func (m Match) numbered(rest string) (text string, n int) {
	for n := min(2, digits(rest)); n > 0; n-- {
		if i, _ := strconv.Atoi(rest[:n]); 1 <= i && i <= len(m.Groups) {
			return m.group(i), n
		}
	}
	return "", 0
}

func (m Match) group(i int) string {
	if i == 0 || m.Groups[i-1] == nil {
		return ""
	}
	return *m.Groups[i-1]
}
