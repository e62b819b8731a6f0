package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Dot writes a flow in Graphviz's language.
func Dot(w io.Writer, s flow.Spec) error {
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
	_, err := io.WriteString(w, b.String())
	return err
}

// quoteDot writes a quoted DOT string, in which a backslash stands for itself but
// before a line break's n.
func quoteDot(s string) string {
	s = strings.ReplaceAll(output.Lines(s), `\`, `\\`)
	return `"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\t", " ").Replace(s) + `"`
}
