package render

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Dot draws a flow in Graphviz's language.
func Dot(s flow.Spec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n", quoteDot(s.Name))
	for _, n := range s.Nodes {
		fmt.Fprintf(&b, "  %s [label=%s, color=%s];\n", quoteDot(n.ID), quoteDot(title(n)+"\n"+string(n.Type)), quoteDot(Color(n.Type)))
	}
	missing := map[string]bool{}
	for _, e := range s.Edges {
		for _, end := range []string{e.Source, e.Target} {
			if s.Node(end) == nil && !missing[end] {
				missing[end] = true
				fmt.Fprintf(&b, "  %s [label=%s, style=dashed];\n", quoteDot(end), quoteDot(end+"\nmissing"))
			}
		}
		label := ""
		if e.SourceHandle != "" {
			label = fmt.Sprintf(" [label=%s]", quoteDot(e.SourceHandle))
		}
		fmt.Fprintf(&b, "  %s -> %s%s;\n", quoteDot(e.Source), quoteDot(e.Target), label)
	}
	b.WriteString("}\n")
	return b.String()
}

// quoteDot writes a quoted DOT string, in which a backslash stands for itself but
// before a line break's n.
func quoteDot(s string) string {
	s = strings.ReplaceAll(output.Lines(s), `\`, `\\`)
	return `"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\t", " ").Replace(s) + `"`
}
