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
func Of(s flow.Spec) Digest { return sumOf(s, texts(s.Nodes), texts(s.Edges)) }

// texts goes through the JSON of nodes or edges; each text is good until the next.
func texts[T interface{ AppendJSON(dst []byte) []byte }](list []T) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		var text []byte
		for _, item := range list {
			text = item.AppendJSON(text[:0])
			yield(text) // which goes on to the end
		}
	}
}

// OfText is [Of] for a flow of which the nodes and edges are JSON arrays. The error is
// that of arrays which are not JSON.
func OfText(s flow.Spec, nodes, edges json.RawMessage) (Digest, error) {
	var errNodes, errEdges error
	d := sumOf(s, elements(nodes, &errNodes), elements(edges, &errEdges))
	return d, errors.Join(errNodes, errEdges)
}

// elements goes through a JSON array.
func elements(array json.RawMessage, err *error) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		if *err = rawjson.CheckUTF8(array); *err != nil {
			return
		}
		s := rawjson.NewScanner(array)
		*err = s.Array(func() error {
			start := s.Pos
			err := s.Value()
			if err == nil {
				yield(s.From(start)) // which goes on to the end
			}
			return err
		})
	}
}

func sumOf(s flow.Spec, nodes, edges iter.Seq[json.RawMessage]) Digest {
	content, layout, empty := sha256.New(), sha256.New(), sha256.New()
	const room = 2 << 10
	d := digester{Meaning: rawjson.Meaning{Text: make([]byte, 0, room)}}
	d.fields(s)
	d.writeTo(content)
	someEmpty := false
	for node := range nodes {
		hasEmpty := d.node(node)
		d.writeTo(content)
		if !rawjson.IsObject(node) {
			continue
		}
		id := rawjson.Text(rawjson.Get(node, "id"))
		if hasEmpty {
			d.Value(rawjson.AppendString(nil, id))
			d.writeTo(empty)
			someEmpty = true
		}
		d.Text = append(d.Text, id...)
		d.layout(node)
		d.writeTo(layout)
	}
	for edge := range edges {
		d.edge(edge)
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
type digester struct{ rawjson.Meaning }

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

// node appends a node without its layout and run-time fields, and reports whether its data
// is empty.
func (d *digester) node(node json.RawMessage) (empty bool) {
	d.Text = append(d.Text, "node "...)
	if !rawjson.IsObject(node) {
		d.Value(node)
		return false
	}
	d.Members(node, func(key []byte, value json.RawMessage) bool {
		switch {
		case isNodeState(string(key)), flow.IsLayoutKey(string(key)):
			return false
		case string(key) == "data" && rawjson.IsAbsent(value):
			return false
		case string(key) == "data" && rawjson.IsObject(value):
			empty = !d.data(value, dataState(flow.NodeType(rawjson.Text(rawjson.Get(node, "type")))))
			return !empty
		}
		d.Value(value)
		return true
	})
	return empty
}

// layout appends where a node stands.
func (d *digester) layout(node json.RawMessage) {
	d.Members(node, func(key []byte, value json.RawMessage) bool {
		switch {
		case isNodeState(string(key)), !flow.IsLayoutKey(string(key)):
			return false
		case string(key) == "position" && rawjson.IsObject(value):
			d.Members(value, func(key []byte, value json.RawMessage) bool {
				if string(key) == "x" || string(key) == "y" {
					value = roundNumber(value)
				}
				d.Value(value)
				return true
			})
		default:
			d.Value(value)
		}
		return true
	})
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

func (d *digester) edge(edge json.RawMessage) {
	d.Text = append(d.Text, "edge "...)
	if !rawjson.IsObject(edge) {
		d.Value(edge)
		return
	}
	d.Members(edge, func(key []byte, value json.RawMessage) bool {
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
