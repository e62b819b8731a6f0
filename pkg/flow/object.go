package flow

import (
	"github.com/flowctl/flowctl/internal/rawjson"
)

// Object is a JSON object with its members in the order in which they were written. The
// zero value is an object without members. Its methods are Get, which returns the value
// of a key and whether there is one; Set, which replaces a value in its place or appends
// a member; AppendJSON, MarshalJSON and UnmarshalJSON, which keep order and spelling (so that json.Unmarshal reads one); and
// Getter, which is Get made fast for objects with very many members.
type Object = rawjson.Object

// SyntaxError is JSON text that cannot be read, or that would not mean the same to every
// reader (duplicate keys, invalid UTF-8). It has an Offset in bytes and a Msg.
type SyntaxError = rawjson.SyntaxError
