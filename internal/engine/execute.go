package engine

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// call is one execution of a node.
type call struct {
	*run
	scope  *scope
	node   *node
	inputs []js.Value
	out    *outcome // what the executor says next to its result

	began   time.Time
	attempt int        // from 1; more when a call of a service is repeated
	tokens  flow.Usage // of the model call
	ending  ending
	taken   int64 // bytes counted until the node is done
	full    error // that of bytes that could not be counted
}

// executor does the work of a node.
type executor func(ctx context.Context, c *call) (js.Value, error)

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
func (r *run) step(ctx context.Context, s *scope, n *node) {
	if n.missing {
		s.fail(n, flow.NodeError, browser.Errorf("Node not found"))
		return
	}
	a := r.semantics.admit(s, n)
	if a.skip != "" {
		r.skip(s, n, a.skip, a.failed)
		r.leaveOut(s, n, "the loop around it was skipped", a.failed)
		return
	}
	c := &call{run: r, scope: s, node: n, inputs: a.inputs, out: s.of(n)}
	defer c.done()
	if err := r.budget.takeNode(); err != nil {
		r.finish(ctx, c, nil, err)
		return
	}
	if n.kind != flow.Loop { // a loop waits for its body, whose nodes need to run, too
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
func (r *run) skip(s *scope, n *node, reason string, failed bool) {
	o := s.of(n)
	o.status, o.reason, o.failed = flow.NodeSkipped, reason, failed
	r.report.skipped(s, n, reason)
}

// guarded calls the node's executor; a panic in it is an error.
func (c *call) guarded(ctx context.Context) (value js.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	run := executorFor(c.node.kind)
	if run == nil {
		return nil, unknownType(c.node)
	}
	if err := c.semantics.needData(c); err != nil {
		return nil, err
	}
	return run(ctx, c)
}

// finish keeps and reports what the execution made.
func (r *run) finish(ctx context.Context, c *call, value js.Value, err error) {
	if err == nil {
		c.scope.set(c.node, value)
		r.report.finished(c, flow.NodeSuccess, value, nil)
		r.leaveOut(c.scope, c.node, "the loop had no rounds", false)
		r.semantics.succeeded(ctx, c)
		return
	}
	var limit *LimitError
	switch {
	case errors.As(err, &limit) && !cutOff(ctx, c, limit):
		r.stop(limit)
		r.cut.Store(true)
	case ctx.Err() != nil:
		r.cut.Store(true)
		err = errAborted
		if !r.rules.Errors {
			err = errBrowserAborted
		}
		c.scope.fail(c.node, flow.NodeAborted, err)
		r.report.finished(c, flow.NodeAborted, nil, err)
		return
	}
	c.scope.fail(c.node, flow.NodeError, err)
	r.report.finished(c, flow.NodeError, nil, err)
	r.leaveOut(c.scope, c.node, "the loop around it failed", true)
}

// cutOff reports whether the execution was ended by a limit that it did not reach
// itself: the run's time, or what a node next to it used up. A loop reaches those
// that its body does.
func cutOff(ctx context.Context, c *call, limit *LimitError) bool {
	return limit.Limit == LimitTime || c.node.kind != flow.Loop && errors.Is(context.Cause(ctx), limit)
}

var (
	errAborted        = errors.New("aborted")
	errBrowserAborted = browser.Errorf("Execution aborted")
)

// unknownType is the error of a node that no executor knows.
func unknownType(n *node) error {
	kind := string(n.kind)
	if kind == "" {
		read, _ := js.Parse(string(n.untyped)) // what was read is JSON
		kind = js.ToString(js.Get(read, "type"))
	}
	return browser.Errorf("Unknown node type: %s", kind)
}

// size is about how many bytes a result takes.
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
