package progress

import (
	"fmt"
	"io"
	"slices"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Plain writes a line for each node when it is over: what CI logs and simple
// terminals can show. A node in a loop has its line after the last round, and one
// for each failure.
type Plain struct {
	*nodes
	w      io.Writer
	rounds []*node // those in loops, whose line comes at the end
}

// NewPlain returns a display of the nodes of spec that writes to w.
func NewPlain(spec flow.Spec, w io.Writer) *Plain { return &Plain{nodes: newNodes(spec), w: w} }

// Event takes in what happened.
func (p *Plain) Event(e flow.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.event(e)
	if n == nil || e.Type != flow.EventNodeFinished && e.Type != flow.EventNodeSkipped {
		return
	}
	switch {
	case len(e.Round) == 0, n.status == flow.NodeError:
		p.line(n)
	case !slices.Contains(p.rounds, n):
		p.rounds = append(p.rounds, n)
	}
}

// line writes the line of a node; the caller holds p.mu.
func (p *Plain) line(n *node) {
	state := map[flow.NodeStatus]string{
		flow.NodeSuccess: "done", flow.NodeError: "failed", flow.NodeSkipped: "skipped", flow.NodeAborted: "cut off",
	}[n.status]
	name := n.id
	if n.name != n.id {
		name = n.name + " (" + n.id + ")"
	}
	fmt.Fprintln(p.w, output.Text(fmt.Sprintf("%-7s  %s%s", state, name, n.facts())))
}

// Release does nothing: a line needs no terminal.
func (p *Plain) Release() {}

// End writes the lines of the nodes in loops.
func (p *Plain) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.rounds {
		if n.status != flow.NodeError {
			p.line(n)
		}
	}
}
