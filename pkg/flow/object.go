package flow

import (
	"encoding/json"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Object is a JSON object with its members in the order in which they were written. The
// zero value is an object without members. Its methods are Get, which returns the value
// of a key and whether there is one; Set, which replaces a value in its place or appends
// a member; AppendJSON, MarshalJSON and UnmarshalJSON, which keep order and spelling; and
// Getter, which is Get made fast for objects with very many members.
type Object = rawjson.Object

// Member is one key of an [Object] and its value as JSON text.
type Member = rawjson.Member

// SyntaxError is JSON text that cannot be read, or that would not mean the same to every
// reader (duplicate keys, invalid UTF-8). It has an Offset in bytes and a Msg.
type SyntaxError = rawjson.SyntaxError

// ParseObject reads one JSON object. The values share data's memory. The error is a
// *[SyntaxError], or says that data is another JSON value.
func ParseObject(data []byte) (Object, error) { return rawjson.ParseObject(data) }

// Equal reports whether two valid JSON texts mean the same: objects whatever the order of
// their keys, strings whatever their escapes, numbers by their exact value, so that 1e2
// equals 100.0, which is how Open WebUI spells it. Two absent values are equal, too.
func Equal(a, b json.RawMessage) bool { return rawjson.Equal(a, b) }
