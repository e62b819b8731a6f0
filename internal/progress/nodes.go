package progress

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// keptAnswer is how many bytes of the end of a growing answer are kept.
const keptAnswer = 2000

// nodes is the state of a run, as its events report it.
type nodes struct {
	mu     sync.Mutex
	list   []*node // in an order in which they may run
	byID   map[string]*node
	start  time.Time // zero if the run was refused
	took   time.Duration
	status flow.RunStatus // "" until the run has ended
	calls  int            // of models, repeated ones included
	tokens int
}

// node is the state of one node.
type node struct {
	id, name string
	model    bool
	depth    int
	status   flow.NodeStatus
	detail   string // an error or a warning, why it was skipped, or why its model is asked again
	ending   string // why its model stopped
	running  int    // executions of it that are under way, one for each round of a loop
	runs     int
	attempt  int
	began    time.Time // of the oldest of them
	took     time.Duration
	tokens   int
	round    string // the round whose answer is shown
	answer   string // the end of what the model has said
}

func newNodes(spec flow.Spec) *nodes {
	s := &nodes{byID: make(map[string]*node)}
	list, depth := layout.Order(spec)
	for _, n := range list {
		state := &node{id: n.ID, name: cmp.Or(n.Label(), n.ID), model: n.Type == flow.Model, status: flow.NodePending, depth: depth[n.ID]}
		s.byID[n.ID] = state
		s.list = append(s.list, state)
	}
	return s
}

// event updates the state and returns the node that the event is about, nil for
// none. The caller holds s.mu.
func (s *nodes) event(e flow.Event) *node {
	if s.start.IsZero() {
		s.start = e.Time
	}
	if e.Type == flow.EventRunFinished {
		s.status, s.took = flow.RunStatus(e.Status), e.Time.Sub(s.start)
	}
	n := s.byID[e.Node]
	if n == nil || e.Early {
		return nil
	}
	round := fmt.Sprint(e.Round)
	switch e.Type {
	case flow.EventNodeStarted:
		if n.attempt = e.Attempt; e.Attempt == 1 {
			if n.running++; n.running == 1 {
				n.began = e.Time
			}
			n.runs++
		}
		if n.model {
			s.calls++
		}
		n.round, n.answer, n.detail = round, "", e.Reason
	case flow.EventNodeDelta:
		if round == n.round {
			n.answer += e.Delta
			n.answer = n.answer[max(0, len(n.answer)-keptAnswer):]
		}
	case flow.EventNodeFinished:
		if n.running--; n.running == 0 {
			n.took += e.Time.Sub(n.began)
		}
		n.status, n.detail, n.ending = flow.NodeStatus(e.Status), cmp.Or(e.Error, e.Warning), e.FinishReason
		if e.Tokens != nil {
			n.tokens += int(e.Tokens.Total)
			s.tokens += int(e.Tokens.Total)
		}
	case flow.EventNodeSkipped:
		n.status, n.detail = flow.NodeSkipped, e.Reason
	}
	return n
}

// Summary returns one line about the whole run.
func (s *nodes) Summary() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == "" {
		return ""
	}
	what := map[flow.RunStatus]string{flow.RunSuccess: "done in", flow.RunError: "failed after", flow.RunAborted: "ended after"}[s.status]
	parts := []string{fmt.Sprintf("%s %.1fs", cmp.Or(what, "over after"), s.took.Seconds())}
	if s.calls > 0 {
		parts = append(parts, output.Plural(s.calls, "model call"))
	}
	if s.tokens > 0 {
		parts = append(parts, output.Plural(s.tokens, "token"))
	}
	return strings.Join(parts, ", ")
}

// facts returns what is known of a node besides its name and state, each part after
// two spaces: time, rounds, tokens, attempt, error.
func (n *node) facts() string {
	var b strings.Builder
	took := n.took
	if n.running > 0 {
		took += time.Since(n.began)
	}
	if n.runs > 0 {
		fmt.Fprintf(&b, "  %.1fs", took.Seconds())
	}
	if n.runs > 1 {
		fmt.Fprintf(&b, "  ×%d", n.runs)
	}
	if n.tokens > 0 {
		b.WriteString("  " + output.Plural(n.tokens, "token"))
	}
	if n.running > 0 && n.attempt > 1 {
		fmt.Fprintf(&b, "  attempt %d", n.attempt)
	}
	if n.ending != "" && n.running == 0 {
		b.WriteString("  " + n.ending)
	}
	if n.detail != "" {
		b.WriteString("  " + n.detail)
	}
	return b.String()
}
