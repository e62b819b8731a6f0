package flow

import (
	"encoding/json"
	"slices"
)

// Edge carries the result of one node to another.
type Edge struct {
	ID           string
	Source       string // id of the node that it comes from
	Target       string // id of the node that it leads to
	SourceHandle string // a branch of the source, see [NodeType.Handles]; "" for none (null and absent alike)
	TargetHandle string // where the editor drew its end; means nothing to a run

	was readFrom
}

var edgeKeys = []string{"id", "source", "target", "sourceHandle", "targetHandle"}

// parseEdge reads one edge. Its memory is data's.
func parseEdge(data []byte) (e Edge, err error) {
	err = e.was.read(data)
	e.ID = decodeString(e.was.get("id"))
	e.Source = decodeString(e.was.get("source"))
	e.Target = decodeString(e.was.get("target"))
	e.SourceHandle = decodeString(e.was.get("sourceHandle"))
	e.TargetHandle = decodeString(e.was.get("targetHandle"))
	return e, err
}

// Unknown gives a field of the edge that the model has no name for, such as the
// editor's "animated", as JSON text; nil if it is absent.
func (e Edge) Unknown(key string) json.RawMessage {
	if slices.Contains(edgeKeys, key) {
		return nil
	}
	return e.was.get(key)
}

// SetUnknown sets a field of the edge that the model has no name for; nil takes
// it out.
func (e *Edge) SetUnknown(key string, v json.RawMessage) { e.was.set(edgeKeys, key, v) }

// UnknownKeys lists the fields that [Edge.Unknown] gives, in their order.
func (e Edge) UnknownKeys() []string { return e.was.unknownKeys(edgeKeys) }

// AppendJSON appends the edge as compact JSON.
func (e Edge) AppendJSON(dst []byte) []byte {
	if e.was.other != nil && e.ID == "" && e.Source == "" && e.Target == "" && e.SourceHandle == "" && e.TargetHandle == "" {
		return AppendCompact(dst, e.was.other)
	}
	return appendMembers(dst, e.was.doc, edgeKeys, func(dst []byte, key string, was json.RawMessage) ([]byte, bool) {
		switch key {
		case "id":
			return putString(dst, e.ID, was)
		case "source":
			return putString(dst, e.Source, was)
		case "target":
			return putString(dst, e.Target, was)
		case "sourceHandle":
			return putString(dst, e.SourceHandle, was)
		default:
			return putString(dst, e.TargetHandle, was)
		}
	})
}

// MarshalJSON gives what AppendJSON appends.
func (e Edge) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// UnmarshalJSON reads an edge, of any JSON.
func (e *Edge) UnmarshalJSON(data []byte) error {
	read, err := parseEdge(append([]byte(nil), data...))
	*e = read
	return err
}
