package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Options are the options of a run. The zero value runs flows that need no services.
type Options struct {
	Semantics func() Semantics // makes the semantics of the run; nil is [NewStandard]
	Services  Services
	// Inputs replace the values of input nodes, by node id: a text, or any JSON.
	Inputs map[string]json.RawMessage
	// Parallel is how many nodes run at once, 0 is 8.
	Parallel int
	Limits   Limits
	// Memory is the run's budget, in place of one of Limits.Memory bytes. The result's
	// bytes stay taken after the run, until the budget is closed.
	Memory *Budget
	// Retries is how often a failed call of a service (answered 408, 429 or 5xx, or lost)
	// is repeated, uploads excepted; 0 means 2, a negative number never.
	Retries int
	// RetryWait is the wait before the first repetition, doubled for each further one,
	// unless the answer asks for another; 0 means half a second.
	RetryWait time.Duration
	// StripThinking removes the thoughts at the beginning of an answer, such as
	// <think>…</think>.
	StripThinking bool
	// Events is called with each event, one at a time. The run waits for it.
	Events func(flow.Event)
}

// Engine returns the name of the semantics.
func (o Options) Engine() string { return o.semantics().Name() }

func (o Options) semantics() Semantics {
	if o.Semantics == nil {
		return NewStandard()
	}
	return o.Semantics()
}

func (o Options) withDefaults() Options {
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	if o.RetryWait <= 0 {
		o.RetryWait = 500 * time.Millisecond
	}
	o.Limits = o.Limits.withDefaults()
	if o.Memory == nil {
		o.Memory = NewBudget(o.Limits.Memory, nil)
	}
	return o
}

// run is a run of a flow in progress.
type run struct {
	Options
	semantics Semantics
	Graph     *Graph
	plans     Plans
	scope     *Scope // the flow's own
	budget    *budget
	memory    *Budget
	steps     *js.Steps // of regular expressions
	report    *report
	began     time.Time
	limiter   chan struct{} // has an element for every node that runs
	stop      func(error)   // ends the run
	cut       atomic.Bool   // a node was cut off by the end of the run
}

// Run runs the flow and returns when all its nodes have ended. If the semantics refuses the
// flow, the error is a *[RefusedError] and nothing runs; all later failures are in the
// result. When ctx ends, the run is aborted.
func Run(ctx context.Context, spec flow.Spec, opts Options) (*Result, error) {
	r, ended, err := prepare(spec, opts)
	if err != nil {
		return nil, err
	}
	if limit := r.Limits.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, &LimitError{Limit: LimitTime, Max: int64(limit)})
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	r.steps = js.NewSteps(ctx, r.Limits.Steps)

	r.began = time.Now()
	r.report.run(flow.Event{Type: flow.EventRunStarted})
	if ended == nil {
		ended = r.Schedule(ctx, r.plans.Flow, r.scope)
	}
	res := r.result()
	if res.Err = ended; ended == nil && r.cut.Load() {
		res.Err = context.Cause(ctx)
	}
	r.conclude(res, ended != nil)
	r.report.run(flow.Event{Type: flow.EventRunFinished, Status: string(res.Status)})
	return res, nil
}

// prepare compiles the flow. ended is the error of a run that ends before its first node.
func prepare(spec flow.Spec, opts Options) (r *run, ended, err error) {
	opts, s := opts.withDefaults(), opts.semantics()
	s.Adjust(&opts)
	g := newGraph(spec, s)
	r = &run{Options: opts, semantics: s, Graph: g, memory: opts.Memory}

	inputs := make(map[string]js.Value, len(opts.Inputs))
	for id, value := range opts.Inputs {
		if inputs[id], err = s.Parse(string(value)); err != nil {
			return nil, nil, fmt.Errorf("read the value given for input %q: %w", id, err)
		}
	}
	problems := append(g.setInputs(inputs), g.unserved(opts.Services)...)
	made, refused, ended := s.Plans(spec, g, opts.Limits)
	r.plans, problems = made, append(refused, problems...)
	if len(problems) > 0 {
		return nil, nil, &RefusedError{Problems: problems}
	}
	r.scope = &Scope{made: make([]outcome, len(g.Nodes))}
	r.budget = &budget{limits: opts.Limits}
	r.report = newReport(g, opts.Events)
	r.limiter = make(chan struct{}, opts.Parallel)
	return r, ended, nil
}

// conclude sets the status of the run and its error. left reports whether steps were left
// undone.
func (r *run) conclude(res *Result, left bool) {
	var limit *LimitError
	if errors.As(res.Err, &limit) && !slices.ContainsFunc(res.Errors, func(f NodeFailure) bool { return errors.Is(f.Err, limit) }) {
		res.Errors = append(res.Errors, NodeFailure{Node: flow.GlobalNode, Err: limit})
	}
	r.semantics.Conclude(res, left)
	switch {
	case res.Status != "":
	case len(res.Errors) > 0:
		res.Status = flow.RunError
	default:
		res.Status = flow.RunSuccess
	}
}

// present returns the number of nodes that are in the flow, not only at the end of an edge.
func (g *Graph) present() int {
	n := len(g.Nodes)
	for n > 0 && g.Nodes[n-1].Missing {
		n--
	}
	return n
}
