package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// serverRun is a run on the server.
type serverRun struct {
	o     *runOptions
	flow  runFlow
	c     *client.Client
	shown *runShow // nil until it has begun
	ended chan struct{}

	mu sync.Mutex
	id string // of its execution, "" until it has begun
}

// runOnServer lets the server run the flow, shows it, and prints what came of it.
// It is not done if the server leaves running to others.
func (o *runOptions) runOnServer(ctx context.Context, f runFlow, opts engine.Options) (done bool, err error) {
	c, err := f.connect()
	if err != nil {
		return false, err
	}
	r := &serverRun{o: o, flow: f, c: c, ended: make(chan struct{})}
	// Ctrl-C does not cut the stream off, so that the end of the run is seen.
	streaming, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	defer context.AfterFunc(ctx, func() { r.cancel(leave) })()
	result, err := r.follow(streaming, leave, executeRequest(opts))
	close(r.ended)
	if r.shown != nil {
		if failed := r.shown.end(); failed != nil {
			return true, fmt.Errorf("write the events: %w", failed)
		}
	}
	if errors.Is(err, client.ErrDelegated) {
		return false, nil
	}
	if err != nil && !errors.Is(err, client.ErrUnauthorized) && !errors.Is(err, client.ErrForbidden) && r.neverRuns(ctx) {
		return false, nil
	}
	if err != nil {
		return true, r.failed(ctx, err)
	}
	return true, r.conclude(ctx, *result)
}

func executeRequest(opts engine.Options) client.ExecuteRequest {
	inputs := flow.Object{}
	for _, id := range slices.Sorted(maps.Keys(opts.Inputs)) {
		inputs.Set(id, opts.Inputs[id])
	}
	return client.ExecuteRequest{
		Inputs: inputs.AppendJSON(nil),
		Engine: string(opts.Reading),
		Limits: client.ExecuteLimits{Calls: opts.Limits.Calls, Tokens: opts.Limits.Tokens, Time: opts.Limits.Time, Memory: opts.Limits.Memory},
	}
}

// follow shows the events and gives the last one's result.
func (r *serverRun) follow(ctx context.Context, leave func(), req client.ExecuteRequest) (result *flow.Execution, err error) {
	for e, err := range r.c.Flows.ExecuteStream(ctx, r.flow.id, req) {
		switch {
		case err != nil:
			return nil, err
		case e.Type == client.EventExecution:
			if err := r.begin(ctx, e.Execution, leave); err != nil {
				return nil, err
			}
		case e.Type == client.EventResult:
			result = e.Execution
		case r.shown != nil:
			r.shown.remote(e)
		}
	}
	return result, nil
}

func (r *serverRun) begin(ctx context.Context, run *flow.Execution, leave func()) (err error) {
	r.mu.Lock()
	r.id = run.ID
	r.mu.Unlock()
	if run.Status == flow.RunPending {
		r.o.app.note("%s waits for its turn on the server", quoted(r.flow.name))
	}
	r.shown, err = r.o.show(ctx, r.flow, leave)
	return err
}

func (r *serverRun) execution() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// cancel ends the run; its last events then come as usual. If they do not, or it
// has not begun, leaving the stream ends it too.
func (r *serverRun) cancel(leave func()) {
	defer leave()
	id := r.execution()
	if id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepTime)
	defer cancel()
	if _, err := r.c.Executions.Cancel(ctx, r.flow.id, id); err != nil && !errors.Is(err, client.ErrConflict) {
		return
	}
	select {
	case <-r.ended:
	case <-ctx.Done():
	}
}

// neverRuns tells, where nothing has begun, whether the server is one that never
// runs flows, so that its failure to say so is no failure of the run.
func (r *serverRun) neverRuns(ctx context.Context) bool {
	if r.execution() != "" || ctx.Err() != nil {
		return false
	}
	can, err := r.c.Capabilities(ctx)
	return err == nil && !can.Runs
}

// failed words an error in place of the run's result.
func (r *serverRun) failed(ctx context.Context, err error) error {
	var refused *client.Error
	id := r.execution()
	switch {
	case ctx.Err() != nil && id != "":
		return fmt.Errorf("interrupted; the server ends the run; see 'flowctl executions get %s %s'", r.flow.id, id)
	case id != "":
		return fmt.Errorf("%w: 'flowctl executions get %s %s'", err, r.flow.id, id)
	case errors.As(err, &refused) && refused.StatusCode == http.StatusUnprocessableEntity && len(refused.Fields) > 0:
		return r.refused(refused.Fields)
	}
	return err
}

// refused lists why the server did not start the flow, as a run here does.
func (r *serverRun) refused(fields []client.FieldError) error {
	problems := make([]flow.Problem, len(fields))
	hint := ""
	for i, f := range fields {
		problems[i] = flow.Problem{Code: f.Type, Severity: flow.SeverityError, Message: f.Message}
		for _, at := range []string{"flow.nodes.", "inputs."} {
			if node, ok := strings.CutPrefix(f.Field, at); ok {
				problems[i].Node = node
			}
		}
		if f.Type == engine.CodeNoService {
			hint = "the server has no such service for its runs; --on here runs the flow here"
		}
	}
	return r.flow.refused(problems, hint)
}

// conclude prints the record of the run, and deletes it from the server if it is not to
// be kept.
func (r *serverRun) conclude(ctx context.Context, e flow.Execution) error {
	late, cancel := outlive(ctx, keepTime)
	defer cancel()
	var err error
	if r.o.noSave {
		if err = r.c.Executions.Delete(late, r.flow.id, e.ID); errors.Is(err, client.ErrNotFound) {
			err = nil // newer ones have taken its place, or the flow is gone
		}
		if err != nil {
			err = fmt.Errorf("the execution is kept on the server: %w", err)
		}
	}
	if err := r.o.report(r.flow, e, r.shown); err != nil {
		return err
	}
	err = errors.Join(err, r.o.app.saveFiles(ctx, r.o.files, e))
	summary := summaryOf(e, len(r.flow.spec.Nodes))
	summary.strict, summary.warnings = r.o.strict, r.o.warnings
	if failed := summary.outcome(ctx); failed != nil {
		return errors.Join(failed, err)
	}
	return err
}
