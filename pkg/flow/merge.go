package flow

import (
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Conflict is a place that both sides of a merge changed in different ways. Node
// and Edge are both empty for a field of the flow itself.
type Conflict struct {
	Node   string          // id of the node
	Edge   string          // ends of the edge, see [Edge.Ends]
	Path   string          // JSON pointer below it, "" for a whole node or edge
	Base   json.RawMessage // nil where it was absent
	Ours   json.RawMessage // nil where it was taken out
	Theirs json.RawMessage // nil where it was taken out
}

// MergeSpecs joins the changes that two sides made to base: nodes by their ids, edges
// by their ends, fields one by one. Layout (see [IsLayoutKey]) never conflicts:
// ours wins, and a node that one side only moved goes when the other takes it out.
// Where there is a real conflict, the result has the value of ours, or of theirs if
// favourTheirs is set. A node
// or edge that one side took out and the other changed is a conflict too, and so is
// a node that one side took out and the other joined by new edges.
func MergeSpecs(base, ours, theirs Spec, favourTheirs bool) (Spec, []Conflict) {
	m := merger{favourTheirs: favourTheirs}
	was, left, right := specFields(base), specFields(ours), specFields(theirs)
	alignThree(was, left, right)
	fields := m.objects(Conflict{}, was, left, right)
	merged, err := ParseSpec(fields.AppendJSON(nil))
	if err != nil {
		return ours, m.conflicts // cannot be: it was written from parsed parts
	}
	m.wired, m.wiredTheirs = newEnds(base, ours), newEnds(base, theirs)
	nodes := m.lists(func(c *Conflict, name string) { c.Node = name },
		items(base.Nodes, nodeName, nil), items(ours.Nodes, nodeName, nil), items(theirs.Nodes, nodeName, nil))
	edges := m.lists(func(c *Conflict, name string) { c.Edge = name },
		items(base.Edges, edgeName, nil), items(ours.Edges, edgeName, nil), items(theirs.Edges, edgeName, nil))
	merged.Nodes = parseItems[Node](nodes, ours.Nodes != nil || theirs.Nodes != nil)
	merged.Edges = m.attached(merged.Nodes, parseItems[Edge](edges, ours.Edges != nil || theirs.Edges != nil))
	return merged, m.conflicts
}

// parseItems parses merged nodes or edges. listed reports whether a side has a list of
// them: a flow that has none of either gets none.
func parseItems[T any, P interface {
	*T
	json.Unmarshaler
}](list []item, listed bool) []T {
	if len(list) == 0 && !listed {
		return nil
	}
	out := make([]T, len(list))
	for i, it := range list {
		_ = P(&out[i]).UnmarshalJSON(it.value) // cannot fail: written from parsed parts
	}
	return out
}

type merger struct {
	favourTheirs       bool
	conflicts          []Conflict
	wired, wiredTheirs map[string]bool // the nodes that ours, and theirs, joined by new edges
	gone               map[string]bool // those of them that are not in the result
}

// newEnds returns the nodes at the ends of the edges that a side added.
func newEnds(base, side Spec) map[string]bool {
	was := byKey(items(base.Edges, edgeName, nil))
	nodes := map[string]bool{}
	for i, it := range items(side.Edges, edgeName, nil) {
		if _, ok := was[it.key]; !ok {
			nodes[side.Edges[i].Source], nodes[side.Edges[i].Target] = true, true
		}
	}
	return nodes
}

// attached leaves out the edges of nodes that are in conflict and not in the result.
func (m *merger) attached(nodes []Node, edges []Edge) []Edge {
	if len(m.gone) == 0 {
		return edges
	}
	for _, n := range nodes {
		delete(m.gone, n.ID)
	}
	return slices.DeleteFunc(edges, func(e Edge) bool { return m.gone[e.Source] || m.gone[e.Target] })
}

// pick decides one value, nil standing for an absent one.
func (m *merger) pick(c Conflict, base, ours, theirs json.RawMessage) json.RawMessage {
	switch {
	case same(ours, theirs), same(base, theirs):
		return ours
	case same(base, ours):
		return theirs
	}
	if o, t := asObject(ours), asObject(theirs); o != nil && t != nil {
		return m.objects(c, asObject(base), o, t).AppendJSON(nil)
	}
	c.Base, c.Ours, c.Theirs = base, ours, theirs
	m.conflicts = append(m.conflicts, c)
	if m.favourTheirs {
		return theirs
	}
	return ours
}

// item decides about a whole node or edge. One that a side took out is gone, even
// if the other side moved it.
func (m *merger) item(c Conflict, base, ours, theirs json.RawMessage) json.RawMessage {
	left := ours
	if ours == nil {
		left = theirs
	}
	if c.Node != "" && base != nil && (ours == nil && theirs != nil && m.wiredTheirs[c.Node] || theirs == nil && ours != nil && m.wired[c.Node]) {
		return m.detached(c, base, ours, theirs)
	}
	if base != nil && (ours == nil || theirs == nil) && rawjson.Equal(without(base, isLayout), without(left, isLayout)) {
		return nil
	}
	return m.pick(c, base, ours, theirs)
}

// detached is the conflict of a node that one side took out and the other joined by
// new edges, which would lead nowhere.
func (m *merger) detached(c Conflict, base, ours, theirs json.RawMessage) json.RawMessage {
	c.Base, c.Ours, c.Theirs = base, ours, theirs
	m.conflicts = append(m.conflicts, c)
	v := ours
	if m.favourTheirs {
		v = theirs
	}
	if v == nil {
		if m.gone == nil {
			m.gone = map[string]bool{}
		}
		m.gone[c.Node] = true
	}
	return v
}

// same is rawjson.Equal, but for absent values, which equal nothing else.
func same(a, b json.RawMessage) bool { return (a == nil) == (b == nil) && rawjson.Equal(a, b) }

// asObject returns the members of an object, nil for any other value.
func asObject(raw json.RawMessage) Object {
	o, err := rawjson.ParseObject(raw)
	if err != nil {
		return nil
	}
	return o
}

// objects merges member by member: ours in their order, then what theirs added.
func (m *merger) objects(c Conflict, base, ours, theirs Object) Object {
	out := make(Object, 0, len(ours))
	path := c.Path
	member := func(key string) {
		b, _ := base.Get(key)
		o, _ := ours.Get(key)
		t, _ := theirs.Get(key)
		c.Path = path + "/" + rawjson.EscapePointer(key)
		v := o // of layout, whatever ours did with it
		if !IsLayoutKey(key) || path != "" || same(b, o) {
			v = m.pick(c, b, o, t)
		}
		if v != nil {
			out = append(out, rawjson.Member{Key: key, Value: v})
		}
	}
	for _, o := range ours {
		member(o.Key)
	}
	for _, t := range theirs {
		if _, ok := ours.Get(t.Key); !ok {
			member(t.Key)
		}
	}
	return out
}

// lists merges nodes or edges: in the order of ours, unless theirs alone changed
// the order, and with what theirs added after what it stands after there.
func (m *merger) lists(place func(*Conflict, string), base, ours, theirs []item) []item {
	b, o, t := byKey(base), byKey(ours), byKey(theirs)
	first, second := ours, theirs
	if !sameOrder(base, theirs) && sameOrder(base, ours) {
		first, second = theirs, ours
	}
	var out []item
	at := map[string]int{} // where in out an item is
	add := func(it item, after int) {
		c := Conflict{}
		place(&c, it.name)
		v := m.item(c, b[it.key].value, o[it.key].value, t[it.key].value)
		if v == nil {
			return
		}
		it.value = v
		if after < len(out) {
			for key, i := range at {
				if i >= after {
					at[key] = i + 1
				}
			}
		}
		out = slices.Insert(out, after, it)
		at[it.key] = after
	}
	inFirst := byKey(first)
	for _, it := range first {
		add(it, len(out))
	}
	after := 0
	for _, it := range second {
		if _, ok := inFirst[it.key]; !ok {
			add(it, after)
		}
		if i, ok := at[it.key]; ok {
			after = i + 1
		}
	}
	return out
}

func byKey(list []item) map[string]item {
	m := make(map[string]item, len(list))
	for _, it := range list {
		m[it.key] = it
	}
	return m
}

// sameOrder reports whether what two lists have in common stands in the same order.
func sameOrder(a, b []item) bool {
	inA, inB := byKey(a), byKey(b)
	common := func(list []item, other map[string]item) (keys []string) {
		for _, it := range list {
			if _, ok := other[it.key]; ok {
				keys = append(keys, it.key)
			}
		}
		return keys
	}
	return slices.Equal(common(a, inB), common(b, inA))
}
