package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Mermaid draws a flow as a Mermaid flowchart, which GitHub draws.
func Mermaid(s flow.Spec) string {
	m := newMermaid(s)
	for _, n := range s.Nodes {
		class := ""
		if slices.Contains(flow.NodeTypes(), n.Type) {
			class = string(n.Type)
		}
		m.node(n, class)
	}
	for _, e := range s.Edges {
		m.edge(e, "-->")
	}
	for _, t := range flow.NodeTypes() {
		m.line("classDef %s stroke:%s,stroke-width:2px", t, Color(t))
	}
	return m.b.String()
}

// MermaidDiff draws the flow as it is afterwards, with what was taken out still
// in it, and everything that changed in the colours of a diff.
func MermaidDiff(p Pair) string {
	p = redacted(p)
	state := map[string]string{}
	for _, c := range p.Changes {
		key := "node " + c.Node
		if c.Edge != "" {
			key = "edge " + c.Edge
		}
		if state[key] == "" || c.Path == "" {
			state[key] = string(flow.Changed)
		}
		if whole(c) {
			state[key] = string(c.Kind)
		}
	}
	all := p.AfterSpec
	all.Nodes = append(all.Nodes[:len(all.Nodes):len(all.Nodes)], gone(p.BeforeSpec.Nodes, state, func(n flow.Node) string { return "node " + n.ID })...)
	all.Edges = append(all.Edges[:len(all.Edges):len(all.Edges)], gone(p.BeforeSpec.Edges, state, func(e flow.Edge) string { return "edge " + e.Ends() })...)
	m := newMermaid(all)
	for _, n := range all.Nodes {
		m.node(n, state["node "+n.ID])
	}
	for _, e := range all.Edges {
		switch state["edge "+e.Ends()] {
		case string(flow.Added):
			m.edge(e, "==>")
		case string(flow.Removed):
			m.edge(e, "-.->")
		default:
			m.edge(e, "-->")
		}
	}
	m.line("classDef added fill:#dcfce7,stroke:#16a34a,color:#14532d")
	m.line("classDef removed fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-dasharray:4")
	m.line("classDef changed fill:#fef9c3,stroke:#ca8a04,color:#713f12")
	return m.b.String()
}

// gone returns the items whose state is removed.
func gone[T any](items []T, state map[string]string, key func(T) string) []T {
	var out []T
	for _, it := range items {
		if state[key(it)] == string(flow.Removed) {
			out = append(out, it)
		}
	}
	return out
}

// mermaid writes nodes under names of its own: an id may hold anything.
type mermaid struct {
	b     strings.Builder
	names map[string]string
}

func newMermaid(s flow.Spec) *mermaid {
	m := &mermaid{names: map[string]string{}}
	for _, n := range s.Nodes {
		m.name(n.ID)
	}
	m.b.WriteString("flowchart LR\n")
	return m
}

func (m *mermaid) name(id string) string {
	if _, ok := m.names[id]; !ok {
		m.names[id] = fmt.Sprintf("n%d", len(m.names))
	}
	return m.names[id]
}

func (m *mermaid) line(format string, args ...any) {
	fmt.Fprintf(&m.b, "  "+format+"\n", args...)
}

func (m *mermaid) node(n flow.Node, class string) {
	left, right := "[", "]"
	switch n.Type {
	case flow.Input, flow.Output:
		left, right = "([", "])"
	case flow.Conditional:
		left, right = "{", "}"
	case flow.Loop:
		left, right = "[[", "]]"
	}
	m.line(`%s%s"%s<br/><small>%s</small>"%s`, m.name(n.ID), left, quoteMermaid(title(n)), quoteMermaid(string(n.Type)), right)
	if class != "" {
		m.line("class %s %s", m.name(n.ID), class)
	}
}

func (m *mermaid) edge(e flow.Edge, arrow string) {
	for _, end := range []string{e.Source, e.Target} {
		if _, ok := m.names[end]; !ok { // an edge that leads nowhere
			m.line(`%s["%s<br/><small>missing</small>"]`, m.name(end), quoteMermaid(end))
		}
	}
	label := ""
	if e.SourceHandle != "" {
		label = fmt.Sprintf(`|"%s"|`, quoteMermaid(e.SourceHandle))
	}
	m.line("%s %s%s %s", m.name(e.Source), arrow, label, m.name(e.Target))
}

// quoteMermaid writes text inside Mermaid's double quotes, which know entities
// only. Percent signs are written so, too: Mermaid obeys a directive, %%{…}%%,
// wherever it stands.
func quoteMermaid(s string) string {
	return strings.NewReplacer("&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "`", "#96;", "%", "#37;").Replace(output.Text(s))
}
