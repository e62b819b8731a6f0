package flow

import (
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// IsLayoutKey reports whether a field of a node says where and how large the editor
// draws it.
func IsLayoutKey(key string) bool {
	switch key {
	case "position", "positionAbsolute", "width", "height", "measured", "sourcePosition", "targetPosition":
		return true
	}
	return false
}

func isLayout(m Member) bool { return IsLayoutKey(m.Key) }

// Layout returns the fields of the node for which [IsLayoutKey] holds: the position,
// then the others in their order; nil if it has none.
func (n Node) Layout() Object {
	var layout Object
	if n.Position != nil {
		layout = Object{{Key: "position", Value: n.Position}}
	}
	if rawjson.IsObject(n.was) {
		s := rawjson.Scan(n.was)
		_ = s.Object(func(key []byte) error { // the text is good: it was scanned before
			at := s.Pos
			err := s.Value()
			if k := rawjson.Text(key); IsLayoutKey(k) && k != "position" {
				layout = append(layout, Member{Key: k, Value: s.From(at)})
			}
			return err
		})
	}
	return layout
}

// SetLayout makes layout the fields that [Node.Layout] returns; other members of it
// are left out. nil takes them all out of the node. New ones stand where
// [Node.AppendSorted] has the position, and after all other fields. A node that is
// no object stays as it is.
func (n *Node) SetLayout(layout Object) {
	if n.isOther() {
		return
	}
	n.Position, _ = layout.Get("position")
	fields := slices.DeleteFunc(rawjson.Members(n.was), func(m Member) bool {
		_, stays := layout.Get(m.Key)
		return isLayout(m) && !stays
	})
	for _, m := range layout {
		if isLayout(m) && m.Key != "position" {
			fields.Set(m.Key, m.Value)
		}
	}
	n.was = fields.AppendJSON(nil)
	if len(layout) > 0 {
		n.was = n.AppendSorted(nil)
	}
}

// WithoutLayout takes out of a flow where and how large the editor draws its
// nodes. The given flow is left as it is.
func WithoutLayout(s Spec) Spec {
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; n.Layout() != nil {
			n.SetLayout(nil)
		}
	}
	return s
}

// LacksLayout reports whether some node of the flow says nothing of its layout.
func LacksLayout(s Spec) bool {
	return slices.ContainsFunc(s.Nodes, func(n Node) bool { return n.Position == nil && n.Layout() == nil })
}

// AdoptLayout sets the layout of each node of a flow that has none to that of
// the node with its id in another one. The given flow is left as it is.
func AdoptLayout(s, from Spec) Spec {
	if !LacksLayout(s) {
		return s
	}
	there := make(map[string]int, len(from.Nodes))
	for i, n := range from.Nodes {
		there[n.ID] = i
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if at, ok := there[n.ID]; ok && n.ID != "" && n.Layout() == nil {
			n.SetLayout(from.Nodes[at].Layout())
		}
	}
	return s
}
