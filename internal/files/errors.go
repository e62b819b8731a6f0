package files

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/output"
)

// InvalidError reports that flow files are not valid, or hold no flow.
type InvalidError struct{ Msg string }

func (e InvalidError) Error() string { return e.Msg }

// UnreadableError reports that flow files could not be read, so that it is not known
// whether they are valid.
type UnreadableError struct{ msg string }

func (e UnreadableError) Error() string { return e.msg }

// SeveralError reports that a file holds several flows where one is needed.
type SeveralError struct {
	path  string
	flows int
}

func (e SeveralError) Error() string {
	return fmt.Sprintf("%s holds %s; give a file with one, or use 'flowctl import'", e.path, output.Plural(e.flows, "flow"))
}
