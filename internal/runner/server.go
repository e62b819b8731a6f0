package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Server runs a flow of the server there.
type Server struct {
	Client  *client.Client
	FlowID  string
	Version int64 // the number of the flow's version that runs, 0 for the flow as it is
	ended   chan struct{}

	mu sync.Mutex
	id string // of the execution, "" until the run has begun
}

// Run lets the server run the flow. Ctrl-C does not cut the stream off, so that the end
// of the run is seen.
func (r *Server) Run(ctx context.Context, opts engine.Options, begin Begin) (Result, error) {
	r.ended = make(chan struct{})
	streaming, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	defer context.AfterFunc(ctx, func() { r.cancel(leave) })()
	record, err := r.follow(streaming, leave, r.request(opts), begin)
	close(r.ended)
	switch {
	case errors.Is(err, client.ErrDelegated):
		return Result{}, ErrNeverRuns
	case err != nil && !errors.Is(err, client.ErrUnauthorized) && !errors.Is(err, client.ErrForbidden) && r.neverRuns(ctx):
		return Result{}, ErrNeverRuns
	case err != nil:
		return Result{}, r.failed(ctx, err)
	}
	return Result{Record: *record}, nil
}

func (r *Server) request(opts engine.Options) client.ExecuteRequest {
	inputs := flow.Object{}
	for _, id := range slices.Sorted(maps.Keys(opts.Inputs)) {
		inputs.Set(id, opts.Inputs[id])
	}
	version := ""
	if r.Version > 0 {
		version = strconv.FormatInt(r.Version, 10)
	}
	return client.ExecuteRequest{
		Inputs: inputs.AppendJSON(nil), Engine: opts.Engine(), Version: version,
		MaxCalls: opts.Limits.Calls, MaxTokens: opts.Limits.Tokens, MaxTime: opts.Limits.Time, MaxMemory: opts.Limits.Memory,
	}
}

// follow passes the events on and returns the record that the last one has.
func (r *Server) follow(ctx context.Context, leave func(), req client.ExecuteRequest, begin Begin) (record *flow.Execution, err error) {
	var event func(Event)
	for e, err := range r.Client.Flows.ExecuteStream(ctx, r.FlowID, req) {
		switch {
		case err != nil:
			return nil, err
		case e.Type == client.EventExecution:
			r.mu.Lock()
			r.id = e.Execution.ID
			r.mu.Unlock()
			if event, err = begin(leave, e.Execution.Status == flow.RunPending); err != nil {
				return nil, err
			}
		case e.Type == client.EventResult:
			record = e.Execution
		case event != nil:
			event(Event{e.Event, e.Data})
		}
	}
	return record, nil
}

func (r *Server) execution() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// cancel ends the run; its last events then come as usual. If they do not, or it
// has not begun, leaving the stream ends it too.
func (r *Server) cancel(leave func()) {
	defer leave()
	id := r.execution()
	if id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepTime)
	defer cancel()
	if _, err := r.Client.Executions.Cancel(ctx, r.FlowID, id); err != nil && !errors.Is(err, client.ErrConflict) {
		return
	}
	select {
	case <-r.ended:
	case <-ctx.Done():
	}
}

// neverRuns reports, where nothing has begun, whether the server is one that never
// runs flows, so that its failure to say so is not a failure of the run.
func (r *Server) neverRuns(ctx context.Context) bool {
	if r.execution() != "" || ctx.Err() != nil {
		return false
	}
	can, err := r.Client.Capabilities(ctx)
	return err == nil && !can.Runs
}

// failed words an error in place of the run's result.
func (r *Server) failed(ctx context.Context, err error) error {
	var refused *client.Error
	id := r.execution()
	switch {
	case ctx.Err() != nil && id != "":
		return fmt.Errorf("interrupted; the server ends the run; see 'flowctl executions get %s %s'", r.FlowID, id)
	case id != "":
		return fmt.Errorf("%w: 'flowctl executions get %s %s'", err, r.FlowID, id)
	case errors.As(err, &refused) && refused.StatusCode == http.StatusUnprocessableEntity && len(refused.Fields) > 0:
		return notStarted(refused.Fields)
	}
	return err
}

// notStarted is the error of a flow that the server did not start.
func notStarted(fields []client.FieldError) error {
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
	return &RefusedError{problems, hint}
}

// Keep deletes the record if it is not to be kept.
func (r *Server) Keep(ctx context.Context, record *flow.Execution, keep bool) error {
	if keep {
		return nil
	}
	ctx, cancel := parallel.Outlive(ctx, keepTime)
	defer cancel()
	err := r.Client.Executions.Delete(ctx, r.FlowID, record.ID)
	if err == nil || errors.Is(err, client.ErrNotFound) { // newer ones have taken its place, or the flow is gone
		return nil
	}
	return fmt.Errorf("the execution is kept on the server: %w", err)
}
