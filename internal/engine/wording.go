package engine

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/browser"
)

// errorf returns an error with the message of the semantics. Both formats take the same
// arguments.
func (r Rules) errorf(inBrowser, inStandard string, args ...any) error {
	if r.Errors {
		return fmt.Errorf(inStandard, args...)
	}
	return browser.Errorf(inBrowser, args...)
}
