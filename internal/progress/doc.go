// Package progress shows a run on stderr while it runs: as a tree on a terminal,
// or as a line for each node elsewhere.
package progress

import "github.com/flowctl/flowctl/pkg/flow"

// Display shows a run. Its methods are safe for concurrent use.
type Display interface {
	// Event takes in what happened.
	Event(e flow.Event)
	// Release leaves the terminal as it was found, since a second Ctrl-C may end the
	// process at any time. Events are still shown.
	Release()
	// End shows how the run ended. No event may follow.
	End()
	// Summary returns one line about the whole run: time, model calls, tokens; "" if
	// the run was refused.
	Summary() string
}
