package flow

import (
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Edge carries the result of one node to another.
type Edge struct {
	ID           string
	Source       string // id of the node that it comes from
	Target       string // id of the node that it leads to
	SourceHandle string // a branch of the source, see [NodeType.Handles]; "" for none (null and absent alike)
	TargetHandle string // where the editor drew its end; means nothing to a run

	was json.RawMessage // the JSON that it was read from; nil for a new one
}

// edgeKeys are the known fields, in the order that reading and writing go by.
//
//nolint:gochecknoglobals // a table that is only read
var edgeKeys = []string{"id", "source", "target", "sourceHandle", "targetHandle"}

// readEdge scans one edge. It shares the text's memory.
func readEdge(s *rawjson.Scanner) (e Edge, err error) {
	e.was, err = readSource(s, edgeKeys, func(i int, v json.RawMessage) {
		*[...]*string{&e.ID, &e.Source, &e.Target, &e.SourceHandle, &e.TargetHandle}[i] = rawjson.Text(v)
	})
	return e, err
}

// Unknown returns the fields of the edge that the model has no name for, such as the
// editor's own "animated", in their order. [Edge.SetUnknown] changes them.
func (e Edge) Unknown() Object { return unknown(e.was, edgeKeys) }

// SetUnknown sets a field of the edge that the model has no name for; nil takes
// it out.
func (e *Edge) SetUnknown(key string, v json.RawMessage) {
	if !slices.Contains(edgeKeys, key) {
		e.was = with(e.was, key, v)
	}
}

// AppendJSON appends the edge as compact JSON.
func (e Edge) AppendJSON(dst []byte) []byte {
	if e.isOther() {
		return rawjson.AppendCompact(dst, e.was)
	}
	return rawjson.AppendSource(dst, e.was, edgeKeys, e.put)
}

// put is the rawjson.PutFunc of edgeKeys.
func (e *Edge) put(dst []byte, i int, was json.RawMessage) ([]byte, bool) {
	return rawjson.PutString(dst, [...]string{e.ID, e.Source, e.Target, e.SourceHandle, e.TargetHandle}[i], was)
}

// isOther reports whether the edge is, and still says no more than, a JSON value
// that is not an object.
func (e Edge) isOther() bool {
	return e.was != nil && !rawjson.IsObject(e.was) && e.ID == "" && e.Source == "" && e.Target == "" && e.SourceHandle == "" && e.TargetHandle == ""
}

// MarshalJSON returns what AppendJSON appends.
func (e Edge) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// UnmarshalJSON reads an edge, of any JSON.
func (e *Edge) UnmarshalJSON(data []byte) error {
	read, err := parseOne(slices.Clone(data), readEdge)
	*e = read
	return err
}
