package flow

import (
	"encoding/json"
	"slices"
)

// Node is one step of a flow.
type Node struct {
	ID       string          // unique in its flow; edges and {{id.output}} refer to it
	Type     NodeType        // what the node does
	Position json.RawMessage // {"x":…,"y":…} in the editor's pixels
	Data     json.RawMessage // an object; its fields depend on Type

	was readFrom
}

var nodeKeys = []string{"id", "type", "position", "data"}

// parseNode reads one node. Its memory is data's.
func parseNode(data []byte) (n Node, err error) {
	err = n.was.read(data)
	n.ID = decodeString(n.was.get("id"))
	n.Type = NodeType(decodeString(n.was.get("type")))
	n.Position = n.was.get("position")
	n.Data = n.was.get("data")
	return n, err
}

// Unknown gives a field of the node that the model has no name for, such as the
// editor's own "measured", as JSON text; nil if it is absent.
func (n Node) Unknown(key string) json.RawMessage {
	if slices.Contains(nodeKeys, key) {
		return nil
	}
	return n.was.get(key)
}

// SetUnknown sets a field of the node that the model has no name for; nil takes
// it out.
func (n *Node) SetUnknown(key string, v json.RawMessage) { n.was.set(nodeKeys, key, v) }

// UnknownKeys lists the fields that [Node.Unknown] gives, in their order.
func (n Node) UnknownKeys() []string { return n.was.unknownKeys(nodeKeys) }

// Label is the text that the editor shows on the node: data.label, "" without.
func (n Node) Label() string { return n.Text("label") }

// Text gives the field key of the node's data if it is a string, else "".
func (n Node) Text(key string) string { return decodeString(n.Field(key)) }

// Field gives the field key of the node's data as JSON text, nil if it is absent
// or data is not an object.
func (n Node) Field(key string) json.RawMessage {
	data, err := ParseObject(n.Data)
	if err != nil {
		return nil
	}
	v, _ := data.Get(key)
	return v
}

// AppendJSON appends the node as compact JSON.
func (n Node) AppendJSON(dst []byte) []byte {
	if n.was.other != nil && n.ID == "" && n.Type == "" && n.Position == nil && n.Data == nil {
		return AppendCompact(dst, n.was.other)
	}
	return appendMembers(dst, n.was.doc, nodeKeys, func(dst []byte, key string, was json.RawMessage) ([]byte, bool) {
		switch key {
		case "id":
			return putString(dst, n.ID, was)
		case "type":
			return putString(dst, string(n.Type), was)
		case "position":
			return putRaw(dst, n.Position)
		default:
			return putRaw(dst, n.Data)
		}
	})
}

// MarshalJSON gives what AppendJSON appends.
func (n Node) MarshalJSON() ([]byte, error) { return n.AppendJSON(nil), nil }

// UnmarshalJSON reads a node, of any JSON: the real backend stores what it is
// given.
func (n *Node) UnmarshalJSON(data []byte) error {
	read, err := parseNode(append([]byte(nil), data...))
	*n = read
	return err
}
