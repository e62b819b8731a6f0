package runner

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Runner runs a flow: [Here] in this process, [Server] on the flow's server.
type Runner interface {
	// Run runs the flow once. begin is called when the run begins. A run that failed or
	// was cut off is a result, not an error. A *RefusedError says why the flow was not
	// started, ErrNeverRuns that the server does not run flows.
	Run(ctx context.Context, opts engine.Options, begin Begin) (Result, error)

	// Keep sees to it that the server has the record of the run, or does not have it.
	Keep(ctx context.Context, record *flow.Execution, keep bool) error
}

// Begin is called when a run begins: stop ends it, waits is whether it waits for its
// turn first. It returns what the events of the run are for, nil if they are not wanted.
type Begin func(stop func(), waits bool) (func(Event), error)

// Event is something that happened during a run.
type Event struct {
	flow.Event
	Raw json.RawMessage // as the server sent it, nil of a run here
}

// Result is what came of a run.
type Result struct {
	Record   flow.Execution
	Failures []engine.NodeFailure // of a run here, in which errors are still what they were
}

// RefusedError reports why a flow was not started.
type RefusedError struct {
	Problems []flow.Problem
	Hint     string // what to do about them, "" if nothing is known
}

func (e *RefusedError) Error() string { return "the flow cannot run" }

// ErrNeverRuns is the error of a server that does not run flows.
var ErrNeverRuns = errors.New("the server runs no flows itself; leave out --on server to run it here")
