package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Markdown returns the changes of a pair as a comment for a pull request: a table
// of values, and long texts as diffs that fold.
func Markdown(p Pair) string {
	p = redacted(p)
	var b strings.Builder
	heading := code(cmp.Or(p.After, p.Before))
	switch {
	case p.After == "":
		heading += " (deleted)"
	case p.Before == "":
		heading += " (new)"
	}
	fmt.Fprintf(&b, "### %s\n\n", heading)
	var long []flow.Change
	b.WriteString("| | what | before | after |\n|---|---|---|---|\n")
	for _, c := range p.Changes {
		before, after := cell(c, c.Old), cell(c, c.New)
		if _, ok := textDiff(c); ok {
			before, after = "_see below_", "_see below_"
			long = append(long, c)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", sign(c.Kind), Cell(c.Where()), before, after)
	}
	for _, c := range long {
		lines, _ := textDiff(c)
		text := output.Lines(strings.Join(lines, "\n"))
		fence := fenceFor(text)
		// In code nobody is mentioned and nothing is linked.
		fmt.Fprintf(&b, "\n<details open><summary><code>%s</code></summary>\n\n%sdiff\n%s\n%s\n\n</details>\n", html.EscapeString(output.Text(c.Where())), fence, text, fence)
	}
	return b.String()
}

func sign(k flow.ChangeKind) string {
	switch k {
	case flow.Added:
		return "➕"
	case flow.Removed:
		return "➖"
	case flow.Moved:
		return "↕️"
	}
	return "✏️"
}

func cell(c flow.Change, raw json.RawMessage) string {
	switch {
	case raw == nil:
		return ""
	case whole(c) && c.Node != "":
		return Cell(string(nodeType(raw)))
	case whole(c):
		return ""
	}
	return Cell(short(raw))
}

// Cell is s as code in a cell of a table.
func Cell(s string) string { return strings.ReplaceAll(code(s), "|", `\|`) }

// code is s as code in a line.
func code(s string) string {
	if s == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	space := ""
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		space = " "
	}
	return ticks + space + output.Text(s) + space + ticks
}

// fenceFor is a code fence that the text does not hold.
func fenceFor(text string) string { return strings.Repeat("`", max(3, longestRun(text, '`')+1)) }

func longestRun(s string, of rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
