package render

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The size of a node and the room around it, in the editor's pixels.
const (
	boxWidth   = 200
	boxHeight  = 64
	margin     = 40
	titleLines = 2  // of a node's title
	titleWidth = 18 // cells of a line that fit into a box in any common sans-serif font
)

// SVG draws a flow from its own positions; without them, in columns by distance
// from where it starts.
func SVG(s flow.Spec) string {
	at := positions(s)
	low, high := bounds(at)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%.0f %.0f %.0f %.0f" font-family="sans-serif">
<title>%s</title>
<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="#64748b"/></marker></defs>
<rect x="%[1]f" y="%[2]f" width="100%%" height="100%%" fill="#ffffff"/>
`, low.X-margin, low.Y-margin, high.X-low.X+boxWidth+2*margin, high.Y-low.Y+boxHeight+2*margin, escapeXML(s.Name))
	place := map[string]layout.Point{}
	for i, n := range s.Nodes {
		if _, ok := place[n.ID]; !ok {
			place[n.ID] = at[i]
		}
	}
	exits := exitsOf(s)
	labelled := map[string]bool{}
	for _, e := range s.Edges {
		from, ok := place[e.Source]
		to, okToo := place[e.Target]
		if ok && okToo {
			if !labelled[e.Source] {
				labelled[e.Source] = true
				exits[e.Source].drawLabels(&b, from)
			}
			drawEdge(&b, layout.Point{X: from.X + boxWidth, Y: from.Y + exits[e.Source].height(e.SourceHandle)}, to)
		}
	}
	for i, n := range s.Nodes {
		drawNode(&b, n, at[i])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func drawNode(b *strings.Builder, n flow.Node, p layout.Point) {
	fmt.Fprintf(b, `<g><title>%s</title><rect x="%.0f" y="%.0f" width="%d" height="%d" rx="10" fill="#ffffff" stroke="%s" stroke-width="2"/>`,
		escapeXML(n.ID), p.X, p.Y, boxWidth, boxHeight, Color(n.Type))
	lines := output.Wrap(title(n), titleWidth, titleLines)
	y := p.Y + boxHeight/2 - float64(8*(len(lines)-1)) - 4
	for _, line := range lines {
		fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-size="13" font-weight="bold" fill="#111827">%s</text>`, p.X+14, y, html.EscapeString(line))
		y += 16
	}
	kind := output.Wrap(string(n.Type), titleWidth, 1)[0]
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-size="12" fill="#6b7280">%s</text></g>`+"\n", p.X+14, y+2, html.EscapeString(kind))
}

// exits are the handles of a node that edges leave from, top to bottom.
type exits []string

// exitsOf returns the exits of the nodes that have edges, those of their types
// first.
func exitsOf(s flow.Spec) map[string]exits {
	types := map[string]flow.NodeType{}
	for _, n := range s.Nodes {
		types[n.ID] = n.Type
	}
	all := map[string]exits{}
	for _, e := range s.Edges {
		have, ok := all[e.Source]
		if !ok {
			have = slices.Clone(types[e.Source].Handles())
		}
		if !slices.Contains(have, e.SourceHandle) {
			have = append(have, e.SourceHandle)
		}
		all[e.Source] = have
	}
	return all
}

// height returns where a handle is on the side of its node, from the top.
func (x exits) height(handle string) float64 {
	return boxHeight * float64(slices.Index(x, handle)+1) / float64(len(x)+1)
}

// drawLabels names the exits of a node that have names, each above its edges.
func (x exits) drawLabels(b *strings.Builder, p layout.Point) {
	for _, handle := range x {
		if handle == "" {
			continue
		}
		fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-size="11" fill="#64748b">%s</text>`+"\n", p.X+boxWidth+8, p.Y+x.height(handle)-4, html.EscapeString(output.Wrap(handle, titleWidth, 1)[0]))
	}
}

func drawEdge(b *strings.Builder, from, to layout.Point) {
	x2, y2 := to.X, to.Y+boxHeight/2
	bend := max(40, (x2-from.X)/2)
	fmt.Fprintf(b, `<path d="M%.0f %.0fC%.0f %.0f %.0f %.0f %.0f %.0f" fill="none" stroke="#64748b" stroke-width="2" marker-end="url(#arrow)"/>`+"\n",
		from.X, from.Y, from.X+bend, from.Y, x2-bend, y2, x2, y2)
}

func escapeXML(s string) string { return html.EscapeString(output.Text(s)) }

// positions returns the position of each node: its own, if all have one and not all the
// same, else one in columns.
func positions(s flow.Spec) []layout.Point {
	at := make([]layout.Point, len(s.Nodes))
	differ := false
	for i, n := range s.Nodes {
		p, ok := layout.Position(n)
		if !ok {
			return layout.Columns(s)
		}
		at[i] = p
		differ = differ || p != at[0]
	}
	if !differ {
		return layout.Columns(s)
	}
	return at
}

func bounds(at []layout.Point) (low, high layout.Point) {
	for i, p := range at {
		if i == 0 {
			low, high = p, p
		}
		low = layout.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = layout.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	return low, high
}
