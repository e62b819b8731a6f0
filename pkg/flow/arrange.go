package flow

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
)

// Point is a place in the editor's pixels: the upper left corner of a node.
type Point struct{ X, Y float64 }

// The distance from one node to the next, in the editor's pixels.
const (
	columnWidth = 300
	rowHeight   = 120
)

// Columns places each node one column to the right of the last of those
// that lead to it.
func Columns(s Spec) []Point {
	return columns(s, func(Node) bool { return true })
}

// columns is Columns for some of the nodes; the others take no room, and have the
// place 0, 0.
func columns(s Spec, some func(Node) bool) []Point {
	g := NewGraph(s)
	column := make(map[string]int, len(s.Nodes))
	for _, id := range g.Order() {
		for _, e := range g.Out(id) {
			column[e.Target] = max(column[e.Target], column[id]+1)
		}
	}
	rows := map[int]int{}
	at := make([]Point, len(s.Nodes))
	for i, n := range s.Nodes {
		if !some(n) {
			continue
		}
		c := column[n.ID]
		at[i] = Point{float64(c * columnWidth), float64(rows[c] * rowHeight)}
		rows[c]++
	}
	return at
}

// Place returns the node's own position, and whether it has one.
func (n Node) Place() (Point, bool) {
	var p struct{ X, Y *float64 }
	if json.Unmarshal(n.Position, &p) != nil || p.X == nil || p.Y == nil {
		return Point{}, false
	}
	return Point{*p.X, *p.Y}, true
}

// Arrange sets the position of each node that has none: as [Columns] does, below
// the nodes that have one. The editor cannot draw a node without. The given flow
// is left as it is.
func Arrange(s Spec) Spec {
	bare := func(n Node) bool { return n.Position == nil && !n.isOther() }
	if !slices.ContainsFunc(s.Nodes, bare) {
		return s
	}
	corner := Point{math.Inf(1), math.Inf(-1)} // where the new ones begin
	for _, n := range s.Nodes {
		if p, ok := n.Place(); ok {
			corner = Point{min(corner.X, p.X), max(corner.Y, p.Y+rowHeight)}
		}
	}
	if math.IsInf(corner.X, 0) { // there is no other
		corner = Point{}
	}
	at := columns(s, bare)
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; bare(*n) {
			layout := n.Layout()
			layout.Set("position", Point{corner.X + at[i].X, corner.Y + at[i].Y}.json())
			n.SetLayout(layout)
		}
	}
	return s
}

func (p Point) json() json.RawMessage {
	text := strconv.AppendFloat([]byte(`{"x":`), p.X, 'f', 0, 64)
	text = strconv.AppendFloat(append(text, `,"y":`...), p.Y, 'f', 0, 64)
	return append(text, '}')
}
