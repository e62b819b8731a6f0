package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Node is one step of a flow.
type Node struct {
	ID       string          // unique in its flow; edges and {{id.output}} refer to it
	Type     NodeType        // what the node does
	Position json.RawMessage // {"x":…,"y":…} in the editor's pixels
	Data     json.RawMessage // an object; its fields depend on Type

	was json.RawMessage // the JSON that it was read from; nil for a new one
}

// nodeKeys are the known fields, in the order that reading and writing go by.
//
//nolint:gochecknoglobals // a table that is only read
var nodeKeys = []string{"id", "type", "position", "data"}

// readNode scans one node. It shares the text's memory.
func readNode(s *rawjson.Scanner) (n Node, err error) {
	n.was, err = readSource(s, nodeKeys, func(i int, v json.RawMessage) {
		switch i {
		case 0:
			n.ID = rawjson.Text(v)
		case 1:
			n.Type = decodeType(v)
		case 2:
			n.Position = v
		case 3:
			n.Data = v
		}
	})
	return n, err
}

// Unknown returns the fields of the node that the model has no name for, such as the
// editor's own "measured", in their order. [Node.SetUnknown] changes them.
func (n Node) Unknown() Object { return unknown(n.was, nodeKeys) }

// SetUnknown sets a field of the node that the model has no name for; nil takes
// it out.
func (n *Node) SetUnknown(key string, v json.RawMessage) {
	if !slices.Contains(nodeKeys, key) {
		n.was = with(n.was, key, v)
	}
}

// IsLayoutKey reports whether a field of a node says where and how large the editor
// draws it. Such fields mean nothing to a run.
func IsLayoutKey(key string) bool {
	switch key {
	case "position", "positionAbsolute", "width", "height", "measured", "sourcePosition", "targetPosition":
		return true
	}
	return false
}

func isLayout(m rawjson.Member) bool { return IsLayoutKey(m.Key) }

// Label is the text that the editor shows on the node: data.label, "" without.
func (n Node) Label() string { return n.Text("label") }

// Text returns the field at path in the node's data if it is a string, else "".
func (n Node) Text(path string) string { return rawjson.Text(n.Field(path)) }

// Field returns the field at path in the node's data as JSON text, nil if it is absent.
// The path has dots between its keys, as in "config.field".
func (n Node) Field(path string) json.RawMessage {
	value := n.Data
	for more := true; more; {
		var key string
		key, path, more = strings.Cut(path, ".")
		o, err := rawjson.ParseObject(value)
		if err != nil {
			return nil
		}
		value, _ = o.Get(key)
	}
	return value
}

// Set sets the field at path in the node's data to value, which is written as JSON; a
// [json.RawMessage] is taken as it is. What the path leads through is made where it is
// not there. It is an error if something else than an object is in the way, or if value
// cannot be written as JSON.
func (n *Node) Set(path string, value any) error {
	raw, isRaw := value.(json.RawMessage)
	if !isRaw {
		var err error
		if raw, err = rawjson.Encode(value); err != nil {
			return fmt.Errorf("set %s: %w", quote(path), err)
		}
	}
	data, err := set(n.Data, path, raw)
	if err != nil {
		return fmt.Errorf("set %s: %w", quote(path), err)
	}
	n.Data = data
	return nil
}

// set returns the object doc with the value at path.
func set(doc json.RawMessage, path string, value json.RawMessage) (json.RawMessage, error) {
	var o Object
	if doc != nil {
		var err error
		if o, err = rawjson.ParseObject(doc); err != nil {
			return nil, fmt.Errorf("what should hold it is not an object but %s", rawjson.Kind(doc))
		}
	}
	key, rest, deeper := strings.Cut(path, ".")
	if deeper {
		was, _ := o.Get(key)
		var err error
		if value, err = set(was, rest, value); err != nil {
			return nil, err
		}
	}
	o.Set(key, value)
	return o.AppendJSON(nil), nil
}

// AppendJSON appends the node as compact JSON.
func (n Node) AppendJSON(dst []byte) []byte {
	if n.isOther() {
		return rawjson.AppendCompact(dst, n.was)
	}
	return rawjson.AppendSource(dst, n.was, nodeKeys, n.put)
}

// put is the rawjson.PutFunc of nodeKeys.
func (n *Node) put(dst []byte, i int, was json.RawMessage) ([]byte, bool) {
	switch i {
	case 0:
		return rawjson.PutString(dst, n.ID, was)
	case 1:
		return rawjson.PutString(dst, string(n.Type), was)
	case 2:
		return rawjson.PutRaw(dst, n.Position)
	default:
		return rawjson.PutRaw(dst, n.Data)
	}
}

// isOther reports whether the node is, and still says no more than, a JSON value
// that is not an object.
func (n Node) isOther() bool {
	return n.was != nil && !rawjson.IsObject(n.was) && n.ID == "" && n.Type == "" && n.Position == nil && n.Data == nil
}

// MarshalJSON returns what AppendJSON appends.
func (n Node) MarshalJSON() ([]byte, error) { return n.AppendJSON(nil), nil }

// UnmarshalJSON reads a node, of any JSON: Open WebUI stores anything.
func (n *Node) UnmarshalJSON(data []byte) error {
	read, err := parseOne(slices.Clone(data), readNode)
	*n = read
	return err
}
