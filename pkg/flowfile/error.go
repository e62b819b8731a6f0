package flowfile

import (
	"fmt"
	"strings"
)

// Error is what is wrong with a file, and where.
type Error struct {
	Path      string
	Line, Col int    // from 1, in characters; 0 for the file as a whole
	Msg       string // lower case
	Err       error  // the cause, if it is another error
}

// Error returns "path:line:col: message".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Col)
	}
	b.WriteString(": " + e.Msg)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
