package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
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
	frame  int
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

func newRunTree(spec flow.Spec, styles output.Styles, file *os.File) *runTree {
	t := &runTree{
		byID: make(map[string]*treeNode), live: output.NewLive(file), styles: styles, file: file,
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

// draw shows the nodes, as many as fit.
func (t *runTree) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.frame++
	width, height := terminalSize(t.file)
	shown := t.choose(height - 2)
	var lines []output.LiveLine
	for _, n := range shown {
		lines = append(lines, t.line(n))
		if n.running > 0 && n.answer != "" && len(lines)+len(shown) < height-2 {
			indent := strings.Repeat(" ", n.indent()+2)
			last := n.answer[strings.LastIndexByte(strings.TrimSpace(n.answer), '\n')+1:]
			lines = append(lines, output.LiveLine{Text: indent + output.Tail(last, width-len(indent)-2), Style: t.styles.Hint})
		}
	}
	if hidden := len(t.nodes) - len(shown); hidden > 0 {
		lines = append(lines, output.LiveLine{Text: fmt.Sprintf("  … and %d more", hidden), Style: t.styles.Hint})
	}
	t.live.Draw(width, lines)
}

// choose picks at most limit nodes: those that run or failed first, then those
// that were started, all in their order.
func (t *runTree) choose(limit int) []*treeNode {
	if len(t.nodes) <= limit {
		return t.nodes
	}
	ranked := slices.Clone(t.nodes)
	slices.SortStableFunc(ranked, func(a, b *treeNode) int { return a.rank() - b.rank() })
	picked := make(map[*treeNode]bool)
	for _, n := range ranked[:max(limit-1, 1)] {
		picked[n] = true
	}
	return slices.DeleteFunc(slices.Clone(t.nodes), func(n *treeNode) bool { return !picked[n] })
}

func (n *treeNode) rank() int {
	switch {
	case n.running > 0:
		return 0
	case n.status == engine.NodeError, n.status == engine.NodeAborted:
		return 1
	case n.status == engine.NodePending:
		return 2
	}
	return 3
}

func (n *treeNode) indent() int { return 2 * min(n.depth, treeDepth) }

// line is a node's own line: state, name, and what there is to tell.
func (t *runTree) line(n *treeNode) output.LiveLine {
	const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	lead, style := "·", t.styles.Hint
	switch {
	case n.running > 0:
		frames := []rune(spinner)
		lead, style = string(frames[t.frame%len(frames)]), nil
	case n.status == engine.NodeSuccess:
		lead, style = t.styles.Success("✓"), nil
	case n.status == engine.NodeError:
		lead, style = t.styles.Error("✗"), nil
	case n.status == engine.NodeAborted:
		lead, style = t.styles.Warning("✗"), nil
	case n.status == engine.NodeSkipped:
		lead = "-"
	}
	return output.LiveLine{Lead: lead + " ", Text: strings.Repeat(" ", n.indent()) + n.name + n.told(), Style: style}
}

// told is what stands behind a node's name.
func (n *treeNode) told() string {
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
		fmt.Fprintf(&b, "  %s", plural(n.tokens, "token"))
	}
	if n.running > 0 && n.attempt > 1 {
		fmt.Fprintf(&b, "  attempt %d", n.attempt)
	}
	if n.detail != "" && n.running == 0 {
		b.WriteString("  " + n.detail)
	}
	return b.String()
}
