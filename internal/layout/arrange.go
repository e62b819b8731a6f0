package layout

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/flowctl/flowctl/internal/order"
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

// Order lists the nodes of a flow so that each comes after all that lead to it, and
// otherwise in the flow's order, and returns by id how many nodes the longest way to each
// passes. Nodes on a cycle, and those after one, are left out of the list; of several nodes
// with one id it has the first.
func Order(s flow.Spec) (list []flow.Node, depth map[string]int) {
	first := make(map[string]int, len(s.Nodes))
	before, after := make([][]int, len(s.Nodes)), make([][]int, len(s.Nodes))
	var nodes []int
	for i, n := range s.Nodes {
		if _, double := first[n.ID]; !double && n.ID != "" {
			first[n.ID] = i
			nodes = append(nodes, i)
		}
	}
	for _, e := range s.Edges {
		source, ok := first[e.Source]
		if target, ok2 := first[e.Target]; ok && ok2 {
			before[target], after[source] = append(before[target], source), append(after[source], target)
		}
	}
	depth = make(map[string]int, len(s.Nodes))
	sorted, _ := order.DepthFirst(nodes, len(s.Nodes), func(i int) int { return i }, func(i int) []int { return before[i] })
	for _, i := range sorted {
		list = append(list, s.Nodes[i])
		for _, target := range after[i] {
			id := s.Nodes[target].ID
			depth[id] = max(depth[id], depth[s.Nodes[i].ID]+1)
		}
	}
	return list, depth
}

// columns is Columns for some of the nodes; the others take no room, and are at 0, 0.
func columns(s flow.Spec, some func(flow.Node) bool) []Point {
	_, column := Order(s)
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
