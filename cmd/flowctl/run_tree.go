package main

import (
	"cmp"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

const (
	treePeriod = 80 * time.Millisecond // between two drawings
	treeDepth  = 8                     // levels that are indented
	keptAnswer = 2000                  // bytes of a growing answer that are kept for showing
)

// runTree draws the nodes of a run on a terminal while it runs.
type runTree struct {
	mu     sync.Mutex
	nodes  []*treeNode // in an order in which they may run
	byID   map[string]*treeNode
	begun  bool // the run was not refused
	frame  int
	spins  bool // what runs is marked by a spinner
	live   *output.Live
	styles output.Styles
	file   *os.File
	quit   chan struct{}
	done   chan struct{}
}

// treeNode is how a node stands.
type treeNode struct {
	name    string
	depth   int
	status  engine.NodeStatus
	detail  string // an error, or why it was skipped
	running int    // executions of it that are under way, one for each round of a loop
	runs    int
	attempt int
	began   time.Time // of the oldest of them
	took    time.Duration
	tokens  int
	round   string // the round whose answer is shown
	answer  string // the end of what the model has said
}

func newRunTree(spec flow.Spec, styles output.Styles, spins bool, file *os.File) *runTree {
	t := &runTree{
		byID: make(map[string]*treeNode), live: output.NewLive(file), styles: styles, spins: spins, file: file,
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	g := flow.NewGraph(spec)
	for _, id := range g.Order() {
		n := g.Node(id)
		at := &treeNode{name: cmp.Or(n.Label(), n.ID), status: engine.NodePending}
		for _, e := range g.In(id) {
			if from := t.byID[e.Source]; from != nil {
				at.depth = max(at.depth, from.depth+1)
			}
		}
		t.byID[id] = at
		t.nodes = append(t.nodes, at)
	}
	go t.animate()
	return t
}

func (t *runTree) animate() {
	defer close(t.done)
	ticker := time.NewTicker(treePeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			t.draw()
		case <-t.quit:
			return
		}
	}
}

// end draws how the run ended, which stays on the screen.
func (t *runTree) end() {
	close(t.quit)
	<-t.done
	t.draw()
}

// event takes in what happened.
func (t *runTree) event(e engine.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begun = true
	n := t.byID[e.Node]
	if n == nil || e.Early {
		return
	}
	round := fmt.Sprint(e.Round)
	switch e.Type {
	case engine.EventNodeStarted:
		if n.attempt = e.Attempt; e.Attempt == 1 {
			if n.running++; n.running == 1 {
				n.began = e.Time
			}
			n.runs++
		}
		n.round, n.answer = round, ""
	case engine.EventNodeDelta:
		if round == n.round {
			n.answer += e.Delta
			n.answer = n.answer[max(0, len(n.answer)-keptAnswer):]
		}
	case engine.EventNodeFinished:
		if n.running--; n.running == 0 {
			n.took += e.Time.Sub(n.began)
		}
		n.status, n.detail = engine.NodeStatus(e.Status), e.Error
		if e.Tokens != nil {
			n.tokens += e.Tokens.Total
		}
	case engine.EventNodeSkipped:
		n.status, n.detail = engine.NodeSkipped, e.Reason
	}
}
