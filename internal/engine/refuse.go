package engine

import "github.com/flowctl/flowctl/pkg/flow"

// Check says why [Run] would not start the flow, without running it: a
// *[RefusedError], or the error of an input that is not JSON.
func Check(spec flow.Spec, opts Options) error {
	_, _, err := prepare(spec, opts)
	return err
}
