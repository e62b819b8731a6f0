// Package layout works on where and how large the editor draws the nodes of a flow.
package layout

import (
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Of returns the fields of a node for which [flow.IsLayoutKey] holds: the position, then
// the others in their order; nil if it has none.
func Of(n flow.Node) flow.Object {
	var layout flow.Object
	if n.Position != nil {
		layout = flow.Object{{Key: "position", Value: n.Position}}
	}
	for _, m := range n.Unknown() {
		if flow.IsLayoutKey(m.Key) {
			layout = append(layout, rawjson.Member{Key: m.Key, Value: m.Value})
		}
	}
	return layout
}

// Set makes layout the fields that [Of] returns; other members of it are left out. nil
// takes them all out of the node. New ones come after all other fields, but for the
// position, which comes after the type. A node that is not an object stays as it is.
func Set(n *flow.Node, layout flow.Object) {
	if isOther(*n) {
		return
	}
	n.Position, _ = layout.Get("position")
	for _, m := range n.Unknown() {
		if _, stays := layout.Get(m.Key); flow.IsLayoutKey(m.Key) && !stays {
			n.SetUnknown(m.Key, nil)
		}
	}
	for _, m := range layout {
		if flow.IsLayoutKey(m.Key) {
			n.SetUnknown(m.Key, m.Value)
		}
	}
	if fields, err := rawjson.ParseObject(n.AppendJSON(nil)); err == nil && len(layout) > 0 {
		fields.First("id", "type", "position", "data")
		_ = n.UnmarshalJSON(fields.AppendJSON(nil)) // written from parsed parts
	}
}

// isOther reports whether a node is a JSON value that is not an object.
func isOther(n flow.Node) bool {
	return n.ID == "" && n.Type == "" && n.Position == nil && n.Data == nil && !rawjson.IsObject(n.AppendJSON(nil))
}

// Without returns the flow without the layout of its nodes. s stays as it is.
func Without(s flow.Spec) flow.Spec {
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; Of(*n) != nil {
			Set(n, nil)
		}
	}
	return s
}

// Lacks reports whether a node of the flow has no layout.
func Lacks(s flow.Spec) bool {
	return slices.ContainsFunc(s.Nodes, func(n flow.Node) bool { return n.Position == nil && Of(n) == nil })
}

// Adopt sets the layout of each node of a flow that has none to that of the node with
// its id in another flow. s stays as it is.
func Adopt(s, from flow.Spec) flow.Spec {
	if !Lacks(s) {
		return s
	}
	byID := make(map[string]int, len(from.Nodes))
	for i, n := range from.Nodes {
		byID[n.ID] = i
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if k, ok := byID[n.ID]; ok && n.ID != "" && Of(*n) == nil {
			Set(n, Of(from.Nodes[k]))
		}
	}
	return s
}
