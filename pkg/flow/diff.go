package flow

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// ChangeKind says how something differs between two flows.
type ChangeKind string

// The kinds of changes.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
	Moved   ChangeKind = "moved" // same nodes or edges in another order, which a run may depend on
)

// Change is one difference between two flows. Node and Edge are both empty for a
// field of the flow itself.
type Change struct {
	Kind ChangeKind `json:"kind"`
	Node string     `json:"node,omitempty"` // id of the node
	Edge string     `json:"edge,omitempty"` // ends of the edge, see [Edge.Ends]
	// Path is a JSON pointer below the flow, the node or the edge, such as
	// /data/prompt; "" for a whole node or edge.
	Path string          `json:"path,omitempty"`
	Old  json.RawMessage `json:"old,omitempty"` // nil if added
	New  json.RawMessage `json:"new,omitempty"` // nil if removed
}

// Where names what is different, for people: "name", "node model_1 /data/prompt".
func (c Change) Where() string {
	switch {
	case c.Node != "":
		return strings.TrimSuffix("node "+c.Node+" "+c.Path, " ")
	case c.Edge != "":
		return strings.TrimSuffix("edge "+c.Edge+" "+c.Path, " ")
	}
	return strings.TrimPrefix(c.Path, "/")
}

// Ends names the edge by what it joins: "source → target", with ":handle" after
// an end that has one.
func (e Edge) Ends() string {
	return end(e.Source, e.SourceHandle) + " → " + end(e.Target, e.TargetHandle)
}

func end(id, handle string) string {
	if handle == "" {
		return id
	}
	return id + ":" + handle
}

// Diff lists what turns one flow into another: the flow's own fields, then nodes
// by their ids, then edges by their ends, field by field. Values that only are
// spelt differently do not differ; see [EqualAccess] for access_control.
func Diff(before, after Spec) []Change {
	var d differ
	was, is := specFields(before), specFields(after)
	alignAccess(was, is)
	d.fields(Change{}, was, is)
	d.items(items(before.Nodes, nodeName, nil), items(after.Nodes, nodeName, nil), "/nodes", func(c *Change, name string) { c.Node = name })
	d.items(items(before.Edges, edgeName, isNoHandle), items(after.Edges, edgeName, isNoHandle), "/edges", func(c *Change, name string) { c.Edge = name })
	return d.changes
}

type differ struct{ changes []Change }

// specFields is the spec's own fields as an object.
func specFields(s Spec) Object {
	s.Nodes, s.Edges = nil, nil
	fields, err := rawjson.ParseObject(s.AppendJSON(nil))
	if err != nil {
		return nil // a flow that is not an object has no fields
	}
	return slices.DeleteFunc(fields, func(m rawjson.Member) bool {
		return m.Key == "nodes" || m.Key == "edges" || m.Key == "description" && s.Description == "" && isNone(m.Value)
	})
}

// isNone reports whether a value means as much as an absent member does: null, and
// the empty text, which is all that Open WebUI can clear a description to.
func isNone(raw json.RawMessage) bool { return string(raw) == "null" || string(raw) == `""` }

// item is a node or an edge under the name by which it is found again.
type item struct {
	name  string // as it is shown
	key   string // name, and which one of those with that name
	value json.RawMessage
}

func nodeName(n Node) string { return n.ID }

func edgeName(e Edge) string { return e.Ends() }

func isNoHandle(m rawjson.Member) bool {
	return (m.Key == "sourceHandle" || m.Key == "targetHandle") && isNone(m.Value)
}

// items names the nodes or edges of a flow, and leaves out the members that drop
// has.
func items[T interface{ AppendJSON([]byte) []byte }](list []T, name func(T) string, drop func(rawjson.Member) bool) []item {
	count := make(map[string]int, len(list))
	out := make([]item, 0, len(list))
	for _, v := range list {
		it := item{name: name(v), value: v.AppendJSON(nil)}
		it.key = it.name + "\x00" + strconv.Itoa(count[it.name])
		count[it.name]++
		it.value = without(it.value, drop)
		out = append(out, it)
	}
	return out
}

func without(value json.RawMessage, drop func(rawjson.Member) bool) json.RawMessage {
	if drop == nil {
		return value
	}
	fields, err := rawjson.ParseObject(value)
	if err != nil {
		return value
	}
	return slices.DeleteFunc(fields, drop).AppendJSON(nil)
}

// items compares two lists of nodes or edges.
func (d *differ) items(before, after []item, path string, place func(*Change, string)) {
	old := make(map[string]item, len(before))
	for _, it := range before {
		old[it.key] = it
	}
	kept := make(map[string]bool, len(after))
	for _, it := range after {
		c := Change{}
		place(&c, it.name)
		was, ok := old[it.key]
		if !ok {
			c.Kind, c.New = Added, it.value
			d.changes = append(d.changes, c)
			continue
		}
		kept[it.key] = true
		d.value(c, was.value, it.value)
	}
	for _, it := range before {
		if !kept[it.key] {
			c := Change{Kind: Removed, Old: it.value}
			place(&c, it.name)
			d.changes = append(d.changes, c)
		}
	}
	if from, to := common(before, kept), common(after, kept); !slices.Equal(from, to) {
		d.changes = append(d.changes, Change{Kind: Moved, Path: path, Old: stringList(from), New: stringList(to)})
	}
}

// common returns the names of the items that both flows have.
func common(list []item, kept map[string]bool) []string {
	var names []string
	for _, it := range list {
		if kept[it.key] {
			names = append(names, it.name)
		}
	}
	return names
}

func stringList(names []string) json.RawMessage {
	list := []byte{'['}
	for i, name := range names {
		if i > 0 {
			list = append(list, ',')
		}
		list = rawjson.AppendString(list, name)
	}
	return append(list, ']')
}

// value compares two values at the place c, objects member by member.
func (d *differ) value(c Change, before, after json.RawMessage) {
	if bytes.Equal(before, after) {
		return
	}
	x, errX := rawjson.ParseObject(before)
	y, errY := rawjson.ParseObject(after)
	switch {
	case errX == nil && errY == nil:
		d.fields(c, x, y)
	case !rawjson.Equal(before, after):
		c.Kind, c.Old, c.New = Changed, rawjson.AppendCompact(nil, before), rawjson.AppendCompact(nil, after)
		d.changes = append(d.changes, c)
	}
}

// fields compares the members of two objects below the place c.
func (d *differ) fields(c Change, before, after Object) {
	base := c.Path
	was, is := before.Getter(), after.Getter()
	for _, m := range after {
		c.Path = base + "/" + rawjson.EscapePointer(m.Key)
		if old, ok := was(m.Key); ok {
			d.value(c, old, m.Value)
			continue
		}
		add := c
		add.Kind, add.New = Added, rawjson.AppendCompact(nil, m.Value)
		d.changes = append(d.changes, add)
	}
	for _, m := range before {
		if _, ok := is(m.Key); !ok {
			d.changes = append(d.changes, Change{
				Kind: Removed, Node: c.Node, Edge: c.Edge, Path: base + "/" + rawjson.EscapePointer(m.Key), Old: rawjson.AppendCompact(nil, m.Value),
			})
		}
	}
}
