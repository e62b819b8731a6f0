package engine

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/browser"
)

// worded makes an error that each semantics words in its own way: the browser's executor
// in theirs, standard in ours. Both formats take the same arguments.
func (r Rules) worded(theirs, ours string, args ...any) error {
	if r.Errors {
		return fmt.Errorf(ours, args...)
	}
	return browser.Errorf(theirs, args...)
}
