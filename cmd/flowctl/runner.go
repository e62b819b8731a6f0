package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// runner runs a flow: [hereRunner] in this process, [serverRunner] on the flow's server.
type runner interface {
	// Run runs the flow once. begin is called when the run begins. A run that failed or
	// was cut off is a result, not an error. A *refusedError says why the flow was not
	// started, errNeverRuns that the server does not run flows.
	Run(ctx context.Context, opts engine.Options, begin beginRun) (runResult, error)

	// Keep sees to it that the server has the record of the run, or does not have it.
	Keep(ctx context.Context, record *flow.Execution, keep bool) error
}

// beginRun is called when a run begins: stop ends it, waits is whether it waits for its
// turn first. It returns what the events of the run are for, nil if they are not wanted.
type beginRun func(stop func(), waits bool) (func(runEvent), error)

// runEvent is something that happened during a run.
type runEvent struct {
	flow.Event
	raw json.RawMessage // as the server sent it, nil of a run here
}

// runResult is what came of a run.
type runResult struct {
	record   flow.Execution
	failures []engine.NodeFailure // of a run here, in which errors are still what they were
}

// refusedError says why a flow was not started.
type refusedError struct {
	problems []flow.Problem
	hint     string // what to do about them, "" if nothing is known
}

func (e *refusedError) Error() string { return "the flow cannot run" }

// errNeverRuns is the error of a server that does not run flows.
var errNeverRuns = errors.New("the server runs no flows itself; leave out --on server to run it here")

// keepTime is how long the record of a run may take to be kept or deleted after the
// run was interrupted.
const keepTime = 5 * time.Second

// hereRunner runs a flow in this process.
type hereRunner struct {
	spec    flow.Spec
	id      string // of the flow on the server, "" if it has none
	connect func() (*client.Client, error)
}

func (h *hereRunner) Run(ctx context.Context, opts engine.Options, begin beginRun) (runResult, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	event, err := begin(stop, false)
	if err != nil {
		return runResult{}, err
	}
	if event != nil {
		opts.Events = func(e flow.Event) { event(runEvent{Event: e}) }
	}
	res, err := engine.Run(ctx, h.spec, opts)
	var refused *engine.RefusedError
	if errors.As(err, &refused) {
		return runResult{}, &refusedError{problems: refused.Problems}
	}
	if err != nil {
		return runResult{}, err
	}
	return runResult{res.Execution(h.id), res.Errors}, nil
}

// Keep stores the record, and takes over the id that it is given.
func (h *hereRunner) Keep(ctx context.Context, record *flow.Execution, keep bool) error {
	if !keep {
		return nil
	}
	ctx, cancel := outlive(ctx, keepTime) // what was done before Ctrl-C is kept all the same
	defer cancel()
	c, err := h.connect()
	if err != nil {
		return err
	}
	stored, err := c.Executions.Create(ctx, *record)
	if err != nil {
		return err
	}
	record.ID, record.UserID, record.CreatedAt = stored.ID, stored.UserID, stored.CreatedAt
	return nil
}
