package engine

import (
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// report sends events and keeps the nodes' times and tokens.
type report struct {
	mu    sync.Mutex
	tell  func(flow.Event) // nil if nobody listens
	nodes []NodeReport
}

func newReport(g *Graph, tell func(flow.Event)) *report {
	r := &report{tell: tell, nodes: make([]NodeReport, len(g.Nodes))}
	for i, n := range g.Nodes {
		r.nodes[i] = NodeReport{ID: n.ID, Type: n.Kind}
	}
	return r
}

// send sends e. The caller holds the lock, so that events are sent one at a time and in the
// order of their times.
func (r *report) send(e flow.Event) {
	if r.tell != nil {
		r.tell(e)
	}
}

func (r *report) run(e flow.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time = time.Now()
	r.send(e)
}

// started reports the start of an execution, or of another attempt at its call of a service
// after the error of the last one.
func (r *report) started(c *Call, after error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	c.attempt++
	at := &r.nodes[c.Node.index]
	at.Attempts++
	if c.attempt == 1 {
		c.began = now
		if at.Runs++; at.Runs == 1 {
			at.Started = now
		}
	}
	e := flow.Event{Type: flow.EventNodeStarted, Time: now, Node: c.Node.ID, Round: c.Scope.round, Attempt: c.attempt}
	if after != nil {
		e.Reason = after.Error()
	}
	r.send(e)
}

func (r *report) delta(c *Call, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(flow.Event{Type: flow.EventNodeDelta, Time: time.Now(), Node: c.Node.ID, Round: c.Scope.round, Attempt: c.attempt, Delta: text})
}

func (r *report) finished(c *Call, status flow.NodeStatus, value js.Value, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	at := &r.nodes[c.Node.index]
	AddUsage(&at.Tokens, c.tokens)
	at.end(c.ending)
	if !c.began.IsZero() {
		at.Duration += now.Sub(c.began)
	}
	if r.tell == nil {
		return
	}
	e := flow.Event{Type: flow.EventNodeFinished, Time: now, Node: c.Node.ID, Round: c.Scope.round, Attempt: c.attempt, Status: string(status)}
	if err != nil {
		e.Error = err.Error()
	} else if !js.IsUndefined(value) {
		e.Result = encode(value)
	}
	if c.tokens != (flow.Usage{}) {
		e.Tokens = &c.tokens
	}
	e.FinishReason, e.Refusal, e.Warning = c.ending.reason, c.ending.refusal, c.ending.warning
	if c.ending.failure != nil {
		e.Warning = c.ending.failure.Error()
	}
	r.send(e)
}

// early reports a result that an output node shows in advance.
func (r *report) early(s *Scope, n *Node, value js.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(flow.Event{
		Type: flow.EventNodeFinished, Time: time.Now(), Node: n.ID, Attempt: 1, Round: s.round,
		Status: string(flow.NodeSuccess), Result: encode(value), Early: true,
	})
}

func (r *report) skipped(s *Scope, n *Node, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(flow.Event{Type: flow.EventNodeSkipped, Time: time.Now(), Node: n.ID, Round: s.round, Status: string(flow.NodeSkipped), Reason: reason})
}
