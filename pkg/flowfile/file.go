// Package flowfile reads and writes flows as versioned JSON files.
//
// Most users need only [ReadFile], [FromFlow] and [WriteFile]. [File.Position]
// returns the line of what [flow.Validate] finds.
//
// Version 1.0 is what the flows API exports:
//
//	{"version":"1.0","flow":{"name":…,"description":…,"nodes":[…],"edges":[…],"meta":{}},"exportedAt":1697644800}
//
// Nothing that a file has of its flow is lost on the way: unknown fields, the order of keys
// and the spelling of numbers and strings survive. Only what a server keeps about a stored
// flow (user_id, created_at, updated_at) is left out.
//
// From version 1.0 of flowctl on, files that this package reads or writes can be read by
// all later versions of the same major version, and programs that compile with it go on to
// do so.
package flowfile

import (
	"bytes"
	"encoding/json"

	"github.com/flowctl/flowctl/pkg/flow"
)

// File is one flow of a flow file.
type File struct {
	Version    string      // "major.minor"; "1.0" for a flow without a wrapper, and for ""
	ID         string      // the flow's id on the server that it came from; "" if the file has none
	Spec       flow.Spec   // shares the memory of the text that was read
	ExportedAt int64       // epoch seconds; 0 when unknown
	Extra      flow.Object // the wrapper's other members, in their order
	Path       string      // where it was read from, "-" for standard input
	Warnings   []*Error    // what is odd about the file but no obstacle

	text     *text           // nil for a flow that was not read
	innerID  json.RawMessage // the id inside the flow, if it says something else than ID
	exported json.RawMessage // ExportedAt as it was read, if that says more
	start    int             // where the flow stands in text
	idAt     int             // where the wrapper's id does, 0 if the flow itself has it
}

// FromFlow returns the file that a stored flow is exported to. It has no time, which the
// API's own export has: the same flow is always the same file, also when it was saved
// once more. Who may see it is left out: that means something on its own server only.
func FromFlow(f flow.Flow) File {
	spec := f.Spec
	spec.AccessControl = nil
	return File{ID: f.ID, Spec: spec}
}

// MemberPosition returns the line and the column of a member of the wrapper, as Position
// does. The id may be in the flow.
func (f *File) MemberPosition(key string) (line, col int) {
	switch value, ok := f.Extra.Get(key); {
	case f.text == nil:
		return 0, 0
	case key == "id" && f.idAt > 0:
		return f.text.position(f.idAt)
	case ok && key != "id":
		return f.text.position(max(bytes.Index(f.text.data, value), 0))
	}
	return f.Position("/" + key)
}

// Position returns the line and the column (in characters, both from 1) of what a
// [flow.Problem]'s pointer points at. When that is not there, it is what should
// hold it; 0, 0 for a flow that was not read. Asking in the order of the text is
// fast. The answer does not follow changes of the Spec.
func (f *File) Position(pointer string) (line, col int) {
	if f.text == nil {
		return 0, 0
	}
	return f.text.position(f.text.find(f.start, pointer))
}
