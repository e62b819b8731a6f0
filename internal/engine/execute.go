package engine

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Call is one execution of a node.
type Call struct {
	*run
	Scope  *Scope
	Node   *Node
	Inputs []js.Value
	out    *outcome // what the executor says next to its result

	began   time.Time
	attempt int        // from 1; more when a call of a service is repeated
	tokens  flow.Usage // of the model call
	ending  ending
	taken   int64 // bytes counted until the node is done
	full    error // that of bytes that could not be counted
}

// executor does the work of a node.
type executor func(ctx context.Context, c *Call) (js.Value, error)

// executorFor returns the executor of a node type, nil for an unknown one.
func executorFor(t flow.NodeType) executor {
	switch t {
	case flow.Input:
		return input
	case flow.Model:
		return model
	case flow.Knowledge:
		return knowledge
	case flow.WebSearch:
		return webSearch
	case flow.Transform:
		return transform
	case flow.Conditional:
		return conditional
	case flow.Loop:
		return loop
	case flow.Merge:
		return merge
	case flow.Output:
		return output
	}
	return nil
}

// step runs the node in the scope, or skips it.
func (r *run) step(ctx context.Context, s *Scope, n *Node) {
	c := &Call{run: r, Scope: s, Node: n, out: s.of(n)}
	a := r.semantics.Admit(c)
	if a.Err != nil {
		s.fail(n, flow.NodeError, a.Err)
		r.semantics.Finished(ctx, c, a.Err)
		return
	}
	if a.skip != "" {
		r.skip(s, n, a.skip, a.failed)
		r.leaveOut(s, n, "the loop around it was skipped", a.failed)
		return
	}
	c.Inputs = a.Inputs
	defer c.done()
	if err := r.budget.takeNode(); err != nil {
		r.finish(ctx, c, nil, err)
		return
	}
	if n.Kind != flow.Loop { // a loop waits for its body, whose nodes need to run, too
		select {
		case r.limiter <- struct{}{}:
			defer func() { <-r.limiter }()
		case <-ctx.Done():
			r.finish(ctx, c, nil, ctx.Err())
			return
		}
	}
	r.report.started(c, nil)
	value, err := c.guarded(ctx)
	if c.full != nil {
		err = c.full
	}
	if err == nil {
		err = r.budget.fits(size(value))
	}
	if err == nil {
		err = r.keep(s, n, value)
	} else if full := r.keepError(err); full != nil {
		err = full
	}
	r.finish(ctx, c, value, err)
}

// skip leaves the node out of the run.
func (r *run) skip(s *Scope, n *Node, reason string, failed bool) {
	o := s.of(n)
	o.status, o.reason, o.failed = flow.NodeSkipped, reason, failed
	r.report.skipped(s, n, reason)
}

// guarded calls the node's executor; a panic in it is an error.
func (c *Call) guarded(ctx context.Context) (value js.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	run := executorFor(c.Node.Kind)
	if run == nil {
		return nil, c.semantics.Error(c, &Failure{UnknownType, errors.New(c.Node.typeText())})
	}
	if err := c.semantics.Check(c); err != nil {
		return nil, err
	}
	value, err = run(ctx, c)
	return value, c.semantics.Error(c, err)
}

// finish records the outcome of an execution and reports it.
func (r *run) finish(ctx context.Context, c *Call, value js.Value, err error) {
	if err == nil {
		c.Scope.Set(c.Node, value)
		r.report.finished(c, flow.NodeSuccess, value, nil)
		r.leaveOut(c.Scope, c.Node, "the loop had no rounds", false)
		r.semantics.Finished(ctx, c, nil)
		return
	}
	var limit *LimitError
	switch {
	case errors.As(err, &limit) && !cutOff(ctx, c, limit):
		r.stop(limit)
		r.cut.Store(true)
	case ctx.Err() != nil:
		r.cut.Store(true)
		err = r.semantics.Error(c, fail(Aborted))
		c.Scope.fail(c.Node, flow.NodeAborted, err)
		r.report.finished(c, flow.NodeAborted, nil, err)
		r.semantics.Finished(ctx, c, err)
		return
	}
	c.Scope.fail(c.Node, flow.NodeError, err)
	r.report.finished(c, flow.NodeError, nil, err)
	r.leaveOut(c.Scope, c.Node, "the loop around it failed", true)
	r.semantics.Finished(ctx, c, err)
}

// cutOff reports whether the execution was ended by a limit that it did not exceed itself: the
// run's time, or a limit that another node exceeded. A loop exceeds the limits that its
// body does.
func cutOff(ctx context.Context, c *Call, limit *LimitError) bool {
	return limit.Limit == LimitTime || c.Node.Kind != flow.Loop && errors.Is(context.Cause(ctx), limit)
}

// Preview runs another node with one input and reports its result as an early one. It does
// nothing if that fails.
func (c *Call) Preview(ctx context.Context, n *Node, input js.Value) {
	early := &Call{run: c.run, Scope: c.Scope, Node: n, Inputs: []js.Value{input}, out: &outcome{}}
	defer early.done()
	if value, err := early.guarded(ctx); err == nil {
		c.report.early(c.Scope, n, value)
	}
}

// typeText returns the type of a node as JavaScript writes it.
func (n *Node) typeText() string {
	kind := string(n.Kind)
	if kind == "" {
		read, _ := js.Parse(string(n.untyped)) // what was read is JSON
		kind = js.ToString(js.Get(read, "type"))
	}
	return kind
}

// size returns about how many bytes a result has.
func size(v js.Value) int {
	switch v := v.(type) {
	case js.Array:
		total := 2
		for _, item := range v {
			total += size(item) + 1
		}
		return total
	case js.Object:
		total := 2
		for _, m := range v {
			total += len(m.Key) + size(m.Value) + 4
		}
		return total
	case js.Number:
		return len(v)
	}
	s, _ := js.AsString(v)
	return len(s) + 2
}
