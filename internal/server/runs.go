package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Runs are the settings of a server that runs flows.
type Runs struct {
	Services engine.Services // what the flows' nodes may call
	Max      int             // runs at once, the others wait; 0 is DefaultMaxRuns
	PerUser  int             // runs of one user at once; 0 is a quarter of Max, and at least 1
	MaxTime  time.Duration   // wall time of one run, waiting not counted; 0 is no limit

	MaxMemory int64 // bytes that one run holds, of those of its user; 0 is engine.DefaultMemory
}

const (
	// DefaultMaxRuns is how many flows run at once unless [Runs] sets another.
	DefaultMaxRuns = 32

	recordTime = 30 * time.Second // for writing down what became of a run
)

// Why a run is ended before its time.
var (
	errCancelled   = errors.New("the run was cancelled")
	errCallerGone  = errors.New("whoever asked for the run has gone")
	errStopping    = errors.New("the server stops")
	errFlowDeleted = errors.New("the flow was deleted")
	errRecordGone  = errors.New("the record of the run was deleted")
	errNotAllowed  = errors.New("whose run it is may not run the flow any more")
)

// runs are the runs in progress and those that wait for their turn.
type runs struct {
	Runs
	st    *store.Store
	lease *lease
	keep  int
	log   *slog.Logger

	quotas *quotas
	memory *memory

	mu      sync.Mutex
	active  map[string]*activeRun // by execution id, those that wait too
	turns   turns
	stopped bool
	wg      sync.WaitGroup
}

// job is a flow to be run, and its options.
type job struct {
	spec flow.Spec
	opts engine.Options
	free func() // releases the memory of the flow and the request
}

// activeRun is a run that is in progress or waits.
type activeRun struct {
	flowID   string
	userID   string // whose run it is
	job      job
	begun    store.Execution // as it was recorded at first
	recorded bool            // begun is in the database; guarded by the lock of runs
	over     bool            // it has ended, and is about to be recorded; likewise
	record   store.Execution // what became of it, once done is closed
	cancel   context.CancelCauseFunc
	turn     chan struct{} // closed when it may run
	done     chan struct{}
}

func newRuns(s *Server, opts Options) *runs {
	r := *opts.Runs
	if r.MaxMemory <= 0 {
		r.MaxMemory = engine.DefaultMemory
	}
	r.MaxMemory = min(r.MaxMemory, s.memory.share)
	return &runs{
		Runs: r, st: s.st, lease: s.lease, keep: opts.KeepExecutions, log: s.log, quotas: &s.quotas, memory: s.memory,
		active: map[string]*activeRun{}, turns: newTurns(opts.Runs.Max, opts.Runs.PerUser),
	}
}

// start records a new execution and runs it when its turn comes.
func (r *runs) start(ctx context.Context, e store.Execution, j job) (*activeRun, error) {
	runCtx, cancel := context.WithCancelCause(context.Background())
	run := &activeRun{flowID: e.FlowID, userID: e.UserID, job: j, cancel: cancel, turn: make(chan struct{}), done: make(chan struct{})}
	e.Status, e.Runner = flow.RunPending, r.lease.id
	if err := r.enter(e.ID, run); err != nil {
		cancel(nil)
		return nil, err
	}
	select {
	case <-run.turn:
		e.Status = flow.RunRunning
	default:
	}
	// The lease after the slot: a server that stops ends its lease when the last run has
	// left.
	err := r.lease.ensure(ctx)
	if err == nil {
		err = r.st.CreateExecution(ctx, &e, r.keep)
	}
	if err != nil {
		cancel(nil)
		r.leave(e.ID, run)
		r.wg.Done()
		return nil, err
	}
	run.begun = e
	r.mu.Lock()
	run.recorded = true
	r.mu.Unlock()
	go r.carryOut(runCtx, run) //nolint:gosec // a run may outlive the request that asked for it
	return run, nil
}

// enter waits for a slot, which [runs.leave] frees.
func (r *runs) enter(id string, run *activeRun) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return &problem{status: http.StatusServiceUnavailable, detail: "The server is about to stop"}
	}
	if err := r.turns.enter(run); err != nil {
		return err
	}
	r.active[id] = run
	r.wg.Add(1)
	return nil
}

// leave ends the run's turn, or its waiting, and lets the next one begin.
func (r *runs) leave(id string, run *activeRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active, id)
	r.turns.leave(run)
	if !r.stopped {
		r.turns.next()
	}
}

// carryOut runs the flow and records the outcome.
func (r *runs) carryOut(ctx context.Context, run *activeRun) {
	defer r.wg.Done()
	defer run.cancel(nil)
	e, began := run.begun, time.Now()
	select {
	case <-run.turn:
		r.runFlow(ctx, &e, run.job)
	case <-ctx.Done():
		e.Status = flow.RunAborted
	}
	r.mu.Lock()
	run.over = true
	r.mu.Unlock()
	recordCtx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	err := r.record(recordCtx, &e)
	if err != nil && !errors.Is(err, store.ErrNotFound) { // its flow may be gone meanwhile
		r.log.Error("a run was not recorded", "execution", e.ID, "flow", e.FlowID, "error", err)
	}
	attrs := []any{"execution", e.ID, "flow", e.FlowID, "status", string(e.Status), "duration", time.Since(began)}
	if cause := context.Cause(ctx); cause != nil {
		attrs = append(attrs, "reason", cause)
	}
	r.log.Info("run", attrs...)
	run.record = e
	r.leave(e.ID, run)
	run.job.free()
	run.job = job{}
	close(run.done)
}

// runFlow runs the flow and sets the outcome in e.
func (r *runs) runFlow(ctx context.Context, e *store.Execution, j job) {
	if e.Status == flow.RunPending {
		e.Status = flow.RunRunning
		if err := r.st.StartExecution(ctx, e.ID); err != nil && ctx.Err() == nil {
			r.log.Warn("an execution was not marked as running", "execution", e.ID, "error", err)
		}
	}
	if limit := &j.opts.Limits.Time; r.MaxTime > 0 && (*limit <= 0 || *limit > r.MaxTime) {
		*limit = r.MaxTime
	}
	if limit := &j.opts.Limits.Memory; *limit <= 0 || *limit > r.MaxMemory {
		*limit = r.MaxMemory
	}
	memory, done := r.memory.of(e.UserID)
	defer done()
	j.opts.Memory = engine.NewBudget(j.opts.Limits.Memory, memory)
	defer j.opts.Memory.Close()
	res, err := engine.Run(ctx, j.spec, j.opts)
	if err != nil { // it was checked before, so that this is rare
		e.Status = flow.RunError
		e.Errors = fmt.Appendf(nil, `{"global":%s}`, rawjson.AppendString(nil, err.Error()))
		return
	}
	x := res.Execution(e.FlowID)
	e.Status, e.ExecutionTime, e.Meta = x.Status, x.ExecutionTime, x.Meta
	e.Inputs, e.Outputs, e.NodeResults, e.Errors = column(x.Inputs), column(x.Outputs), column(x.NodeResults), column(x.Errors)
}

// column returns JSON as it is stored: nil for null.
func column(json []byte) []byte {
	if len(json) == 0 || isNull(json) {
		return nil
	}
	return json
}

// find returns the run of an execution, nil if it is not in progress on this server.
func (r *runs) find(id string) *activeRun {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active[id]
}

// underWay reports whether an execution is in progress on this server, whatever its status in
// the database.
func (r *runs) underWay(id string) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.active[id]
	return run != nil && !run.over
}

// allUnderWay returns the ids of the executions that are in progress on this server.
func (r *runs) allUnderWay() (ids []string) {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, run := range r.active {
		if !run.over {
			ids = append(ids, id)
		}
	}
	return ids
}

// stop ends all runs, accepts no more, and waits until all are recorded.
func (r *runs) stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.stopped = true
	for _, run := range r.active {
		run.cancel(errStopping)
	}
	r.mu.Unlock()
	r.wg.Wait()
}

// cancelFlow ends the runs of a flow that was deleted.
func (r *runs) cancelFlow(flowID string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, run := range r.active {
		if run.flowID == flowID {
			run.cancel(errFlowDeleted)
		}
	}
}

// count returns how many run and how many wait.
func (r *runs) count() (running, waiting int) {
	if r == nil {
		return 0, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.turns.running, r.turns.waiting
}
