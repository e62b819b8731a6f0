package runner

import (
	"context"
	"errors"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// keepTime is how long the record of a run may take to be kept or deleted after the
// run was interrupted.
const keepTime = 5 * time.Second

// Here runs a flow in this process.
type Here struct {
	Spec    flow.Spec
	ID      string // of the flow on the server, "" if it has none
	Version int64  // the number of the flow's version, 0 if it is not known
	Connect func() (*client.Client, error)
}

// Run runs the flow.
func (h *Here) Run(ctx context.Context, opts engine.Options, begin Begin) (Result, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	event, err := begin(stop, false)
	if err != nil {
		return Result{}, err
	}
	if event != nil {
		opts.Events = func(e flow.Event) { event(Event{Event: e}) }
	}
	res, err := engine.Run(ctx, h.Spec, opts)
	var refused *engine.RefusedError
	if errors.As(err, &refused) {
		return Result{}, &RefusedError{Problems: refused.Problems}
	}
	if err != nil {
		return Result{}, err
	}
	record := res.Execution(h.ID)
	record.Version = h.Version
	return Result{record, res.Errors}, nil
}

// Keep stores the record, and takes over the id that it is given.
func (h *Here) Keep(ctx context.Context, record *flow.Execution, keep bool) error {
	if !keep {
		return nil
	}
	ctx, cancel := parallel.Outlive(ctx, keepTime) // what was done before Ctrl-C is kept all the same
	defer cancel()
	c, err := h.Connect()
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
