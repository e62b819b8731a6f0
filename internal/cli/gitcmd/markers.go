package gitcmd

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// markConflicts joins two texts into one, in which the places where they differ
// stand between git's conflict markers, each size characters long.
func markConflicts(ours, theirs []byte, size int) []byte {
	if bytes.Equal(ours, theirs) {
		return ours
	}
	m := marker{lines: strings.SplitAfter(string(ours), "\n"), size: size}
	for line := range strings.Lines(string(diff.Diff("ours", ours, "theirs", theirs))) {
		m.line(line)
	}
	m.flush()
	m.out.WriteString(strings.Join(m.lines[m.next:], ""))
	return []byte(m.out.String())
}

// marker reads a unified diff and writes the whole text.
type marker struct {
	out        strings.Builder
	lines      []string // of ours
	next       int      // the line of ours that comes next
	size       int
	mine, your strings.Builder // the lines of the conflict being read
}

func (m *marker) line(line string) {
	switch {
	case strings.HasPrefix(line, "@@ -"):
		m.flush()
		first, _, _ := strings.Cut(line[len("@@ -"):], " ")
		first, _, _ = strings.Cut(first, ",")
		n, err := strconv.Atoi(first)
		if err != nil || n < 1 {
			return
		}
		m.out.WriteString(strings.Join(m.lines[m.next:n-1], ""))
		m.next = n - 1
	case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "diff "):
		// the head: lines of JSON begin with one of {}[]" or space after their sign
	case line[0] == '-':
		m.mine.WriteString(line[1:])
		m.next++
	case line[0] == '+':
		m.your.WriteString(line[1:])
	case line[0] == ' ':
		m.flush()
		m.out.WriteString(line[1:])
		m.next++
	}
}

// flush writes the conflict that was read, if any.
func (m *marker) flush() {
	if m.mine.Len() == 0 && m.your.Len() == 0 {
		return
	}
	sign := func(r string) string { return strings.Repeat(r, m.size) }
	m.out.WriteString(sign("<") + " ours\n" + m.mine.String() + sign("=") + "\n" + m.your.String() + sign(">") + " theirs\n")
	m.mine.Reset()
	m.your.Reset()
}
