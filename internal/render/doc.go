// Package render draws flows and the differences between them: as text for a
// terminal, Markdown for a pull request, Mermaid for GitHub, DOT for Graphviz and
// SVG. Whatever it is given by a server or a file comes out harmless for the
// form that it is written in.
package render

import "github.com/flowctl/flowctl/pkg/flow"

// Color is the border that a type has in the editor's node palette, as CSS.
func Color(t flow.NodeType) string {
	switch t {
	case flow.Input:
		return "#22c55e"
	case flow.Model:
		return "#3b82f6"
	case flow.Knowledge, flow.Output:
		return "#a855f7"
	case flow.WebSearch:
		return "#06b6d4"
	case flow.Transform:
		return "#f97316"
	case flow.Conditional:
		return "#f59e0b"
	case flow.Loop:
		return "#6366f1"
	case flow.Merge:
		return "#eab308"
	}
	return "#64748b"
}

// title is what a node is called in a drawing: its label, else its id.
func title(n flow.Node) string {
	if label := n.Label(); label != "" {
		return label
	}
	return n.ID
}
