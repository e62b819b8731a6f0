package layout

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Point is the upper left corner of a node, in the editor's pixels.
type Point struct{ X, Y float64 }

// The distance from one node to the next, in the editor's pixels.
const (
	columnWidth = 300
	rowHeight   = 120
)

// Columns places each node one column to the right of the last of those that lead to
// it.
func Columns(s flow.Spec) []Point {
	return columns(s, func(flow.Node) bool { return true })
}

// columns is Columns for some of the nodes; the others take no room, and are at 0, 0.
func columns(s flow.Spec, some func(flow.Node) bool) []Point {
	g := flow.NewGraph(s)
	column := make(map[string]int, len(s.Nodes))
	for _, id := range g.Order() {
		for _, e := range g.Out(id) {
			column[e.Target] = max(column[e.Target], column[id]+1)
		}
	}
	rows := map[int]int{}
	points := make([]Point, len(s.Nodes))
	for i, n := range s.Nodes {
		if !some(n) {
			continue
		}
		c := column[n.ID]
		points[i] = Point{float64(c * columnWidth), float64(rows[c] * rowHeight)}
		rows[c]++
	}
	return points
}

// Position returns the node's own position, and whether it has one.
func Position(n flow.Node) (Point, bool) {
	var p struct{ X, Y *float64 }
	if json.Unmarshal(n.Position, &p) != nil || p.X == nil || p.Y == nil {
		return Point{}, false
	}
	return Point{*p.X, *p.Y}, true
}

// Arrange sets the position of each node that has none, which the editor could not
// draw: as [Columns] does, below the nodes that have one. s stays as it is.
func Arrange(s flow.Spec) flow.Spec {
	bare := func(n flow.Node) bool { return n.Position == nil && !isOther(n) }
	if !slices.ContainsFunc(s.Nodes, bare) {
		return s
	}
	corner := Point{math.Inf(1), math.Inf(-1)} // where the new ones begin
	for _, n := range s.Nodes {
		if p, ok := Position(n); ok {
			corner = Point{min(corner.X, p.X), max(corner.Y, p.Y+rowHeight)}
		}
	}
	if math.IsInf(corner.X, 0) { // there is no other
		corner = Point{}
	}
	points := columns(s, bare)
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; bare(*n) {
			layout := Of(*n)
			layout.Set("position", Point{corner.X + points[i].X, corner.Y + points[i].Y}.json())
			Set(n, layout)
		}
	}
	return s
}

func (p Point) json() json.RawMessage {
	text := strconv.AppendFloat([]byte(`{"x":`), p.X, 'f', 0, 64)
	text = strconv.AppendFloat(append(text, `,"y":`...), p.Y, 'f', 0, 64)
	return append(text, '}')
}
