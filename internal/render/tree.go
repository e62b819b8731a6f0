package render

import (
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Tree draws a flow as a tree: each node below what leads to it. A node that has
// been shown already is named only, with an arrow; so joins and cycles end.
func Tree(s flow.Spec, color bool) string {
	t := tree{spec: s, out: map[string][]flow.Edge{}, shown: map[string]bool{}, styles: output.NewStyles(io.Discard, color)}
	hasParent := map[string]bool{}
	for _, e := range s.Edges {
		t.out[e.Source] = append(t.out[e.Source], e)
		if e.Source != e.Target {
			hasParent[e.Target] = true
		}
	}
	for _, n := range s.Nodes {
		if !hasParent[n.ID] {
			t.node(n.ID, "", "", "")
		}
	}
	for _, n := range s.Nodes { // what only cycles lead to
		if !t.shown[n.ID] {
			t.node(n.ID, "", "", "")
		}
	}
	return t.b.String()
}

type tree struct {
	b      strings.Builder
	spec   flow.Spec
	out    map[string][]flow.Edge // by source, those that lead nowhere included
	shown  map[string]bool
	styles output.Styles
}

// node writes one node on a line of its own, branch before it, and what it leads
// to below it, indent before those.
func (t *tree) node(id, branch, indent, handle string) {
	if handle != "" {
		branch += t.styles.Hint("["+output.Text(handle)+"]") + " "
	}
	n := t.spec.Node(id)
	switch {
	case n == nil:
		t.b.WriteString(branch + output.Text(id) + " " + t.styles.Error("(missing)") + "\n")
		return
	case t.shown[id]:
		t.b.WriteString(branch + "→ " + output.Text(id) + "\n")
		return
	}
	t.shown[id] = true
	t.b.WriteString(branch + output.Text(id) + " " + t.styles.Hint("("+output.Text(string(n.Type))+")"))
	if label := n.Label(); label != "" && label != id {
		t.b.WriteString(" " + output.Text(label))
	}
	t.b.WriteString("\n")
	for i, e := range t.out[id] {
		if i == len(t.out[id])-1 {
			t.node(e.Target, indent+"└─ ", indent+"   ", e.SourceHandle)
		} else {
			t.node(e.Target, indent+"├─ ", indent+"│  ", e.SourceHandle)
		}
	}
}
