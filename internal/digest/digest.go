// Package digest compares flows by what they mean: a short digest that is the same for
// two flows that say the same, and a flow without what the editor saves of a run.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"iter"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Digest stands for what a flow says: two flows that say the same have the same one,
// however they are spelt, on whatever kind of server they are, and whatever the editor
// saved of a run (see [WithoutState]). Its parts are hexadecimal and can be compared one
// by one.
type Digest struct {
	Content string // of everything but the next two
	Layout  string // of where the nodes stand
	Access  string // of who may see the flow; "" if the flow does not say
	Empty   string // of which nodes have empty data, which in the browser is not the same as none; "" if no node has
}

// The lengths of the parts in bytes. Those after the content only tell two states of one
// flow apart.
const (
	contentSum = 12
	otherSum   = 4
)

// Of returns the digest of a flow. An empty description, meta or data is none;
// null is public access, and {} private, as are lists without anybody in them.
func Of(s flow.Spec) Digest { return sumOf(s, slices.Values(s.Nodes), slices.Values(s.Edges)) }

// OfText is [Of] for a flow of which the nodes and edges are JSON arrays. They
// may be large, and are read one by one. The error is that of arrays which are not JSON.
func OfText(s flow.Spec, nodes, edges json.RawMessage) (Digest, error) {
	var errNodes, errEdges error
	d := sumOf(s, elements[flow.Node](nodes, &errNodes), elements[flow.Edge](edges, &errEdges))
	return d, errors.Join(errNodes, errEdges)
}

// elements goes through a JSON array.
func elements[T any, P interface {
	*T
	UnmarshalJSON([]byte) error
}](array json.RawMessage, err *error) iter.Seq[T] {
	return func(yield func(T) bool) {
		s := rawjson.NewScanner(array)
		*err = s.Array(func() error {
			start := s.Pos
			if err := s.Value(); err != nil {
				return err
			}
			var item T
			err := P(&item).UnmarshalJSON(s.From(start))
			yield(item) // which goes on to the end
			return err
		})
	}
}

func sumOf(s flow.Spec, nodes iter.Seq[flow.Node], edges iter.Seq[flow.Edge]) Digest {
	content, layout, empty := sha256.New(), sha256.New(), sha256.New()
	const room = 2 << 10
	d := digester{Meaning: rawjson.Meaning{Text: make([]byte, 0, room)}, json: make([]byte, 0, room)}
	d.fields(s)
	d.writeTo(content)
	someEmpty := false
	for n := range nodes {
		d.node(n)
		d.writeTo(content)
		if d.empty {
			d.Value(rawjson.AppendString(nil, n.ID))
			d.writeTo(empty)
			someEmpty = true
		}
		if rawjson.IsObject(d.json) {
			d.Text = append(d.Text, n.ID...)
			d.Value(d.place)
			d.writeTo(layout)
		}
	}
	for e := range edges {
		d.edge(e)
		d.writeTo(content)
	}
	digest := Digest{Content: short(content, contentSum), Layout: short(layout, otherSum)}
	if someEmpty {
		digest.Empty = short(empty, otherSum)
	}
	if s.AccessControl != nil {
		access := sha256.New()
		access.Write(rawjson.AppendMeaning(nil, flow.PlainAccess(s.AccessControl)))
		digest.Access = short(access, otherSum)
	}
	return digest
}

func short(h hash.Hash, size int) string { return hex.EncodeToString(h.Sum(nil)[:size]) }

// String returns the parts with dots between them.
func (d Digest) String() string {
	return strings.TrimRight(strings.Join([]string{d.Content, d.Layout, d.Access, d.Empty}, "."), ".")
}

// Parse reads what [Digest.String] wrote; ok is false for anything else.
func Parse(text string) (d Digest, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > 4 || !isSum(parts[0], contentSum) {
		return d, false
	}
	for i, part := range parts[1:] {
		if !isSum(part, otherSum) && (part != "" || i == 0) {
			return d, false
		}
	}
	parts = append(parts, "", "")
	return Digest{parts[0], parts[1], parts[2], parts[3]}, true
}

func isSum(text string, size int) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == size
}

// digester writes what is hashed of a flow: part by part, for the whole may be large.
type digester struct {
	rawjson.Meaning
	json  []byte // of the part
	place []byte // an object of the node's layout
	empty bool   // the node's data is empty
}

// writeTo ends a part.
func (d *digester) writeTo(h hash.Hash) {
	h.Write(append(d.Text, '\n'))
	d.Text = d.Text[:0]
}

// fields appends the flow's own fields that count, without nodes, edges and access.
func (d *digester) fields(s flow.Spec) {
	s.Nodes, s.Edges = nil, nil
	d.Members(s.AppendJSON(nil), func(key []byte, value json.RawMessage) bool {
		switch string(key) {
		case "nodes", "edges", "access_control", "id", "user_id", "created_at", "updated_at":
			return false
		case "description":
			if isNoText(value) {
				return false
			}
		case "meta":
			if rawjson.IsEmpty(value) {
				return false
			}
		}
		d.Value(value)
		return true
	})
}

// node appends a node without its layout, which it leaves in place, and run-time fields.
func (d *digester) node(n flow.Node) {
	d.json, d.empty = n.AppendJSON(d.json[:0]), false
	d.Text = append(d.Text, "node "...)
	if !rawjson.IsObject(d.json) {
		d.Value(d.json)
		return
	}
	d.place = append(d.place[:0], '{')
	d.Members(d.json, func(key []byte, value json.RawMessage) bool {
		switch {
		case isNodeState(string(key)):
			return false
		case flow.IsLayoutKey(string(key)):
			d.placed(key, value)
			return false
		case string(key) == "data" && rawjson.IsAbsent(value):
			return false
		case string(key) == "data" && rawjson.IsObject(value):
			d.empty = !d.data(value, dataState(n.Type))
			return !d.empty
		}
		d.Value(value)
		return true
	})
	d.place = append(d.place, '}')
}

// placed adds a field to place. The names of such fields need no escapes.
func (d *digester) placed(key []byte, value json.RawMessage) {
	if string(key) == "position" {
		value = roundPosition(value)
	}
	if len(d.place) > 1 {
		d.place = append(d.place, ',')
	}
	d.place = append(append(append(d.place, '"'), key...), `":`...)
	d.place = append(d.place, value...)
}

// data appends a node's data, and reports whether there is any but the run-time fields.
func (d *digester) data(data json.RawMessage, state []string) (some bool) {
	d.Members(data, func(key []byte, value json.RawMessage) bool {
		if slices.Contains(state, string(key)) {
			return false
		}
		some = true
		d.Value(value)
		return true
	})
	return some
}

func (d *digester) edge(e flow.Edge) {
	d.json = e.AppendJSON(d.json[:0])
	d.Text = append(d.Text, "edge "...)
	if !rawjson.IsObject(d.json) {
		d.Value(d.json)
		return
	}
	d.Members(d.json, func(key []byte, value json.RawMessage) bool {
		switch string(key) {
		case "selected":
			return false
		case "sourceHandle", "targetHandle":
			if isNoText(value) {
				return false
			}
		}
		d.Value(value)
		return true
	})
}

func isNoText(raw json.RawMessage) bool { return rawjson.IsAbsent(raw) || string(raw) == `""` }
