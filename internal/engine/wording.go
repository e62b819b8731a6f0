package engine

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// says makes an error in the words of the browser's executor, capitals and all.
func says(format string, args ...any) error { return fmt.Errorf(format, args...) }

// missing is the first of two methods that a value lacks which is not a text: the
// first one, but of an array, which has includes, the second.
func missing(v js.Value, first, second string) string {
	if _, isArray := v.(js.Array); isArray {
		return second
	}
	return first
}

// worded makes an error that each reading words in its own way. Both formats take
// the same arguments.
func (r Rules) worded(browser, standard string, args ...any) error {
	if r.Errors {
		return fmt.Errorf(standard, args...)
	}
	return says(browser, args...)
}
