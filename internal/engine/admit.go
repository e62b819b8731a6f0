package engine

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Admission is the decision whether a node runs, and with which inputs.
type Admission struct {
	Inputs []js.Value // what arrives, in edge order
	Err    error      // why the node fails without having run
	skip   string     // why the node is skipped; "" if it runs
	failed bool       // it is skipped because of a failure
}

// Admit decides by the outcomes of the nodes that the node waited for.
func (standard) Admit(c *Call) Admission {
	s, n := c.Scope, c.Node
	var a Admission
	live := 0
	look := func(source *Node, isLive bool) {
		switch o := s.of(source); {
		case o.failed && !a.failed:
			a.failed = true
			a.skip = fmt.Sprintf("it depends on node %.80q, which failed", source.ID)
			if o.status == flow.NodeSkipped {
				a.skip = fmt.Sprintf("it depends on node %.80q, which was skipped after a failure", source.ID)
			}
		case isLive && o.status != flow.NodeSkipped:
			live++
		}
	}
	for _, e := range n.In {
		o := s.of(e.Source)
		isLive := e.Source.Kind != flow.Conditional || e.Handle == "" || e.Handle == o.branch
		look(e.Source, isLive)
		if isLive {
			a.Inputs = appendCarried(a.Inputs, e, o)
		}
	}
	for _, ref := range n.Refs {
		look(ref, len(n.In) == 0) // a reference does not bring a branch to life
	}
	if live == 0 && len(n.In)+len(n.Refs) > 0 && !a.failed {
		a.skip = "no branch leads to it in this run"
	}
	return a
}

// appendCarried appends the values that an edge carries to its target: the output of a
// conditional, the outputs of the rounds of a loop to a merge, else the source's result.
func appendCarried(inputs []js.Value, e *Edge, o *outcome) []js.Value {
	v := o.value
	if e.Source.Kind == flow.Conditional {
		v = o.carried
	}
	if e.Source.Kind == flow.Loop && e.Target.Kind == flow.Merge && !o.round {
		return append(inputs, outputsOf(v)...)
	}
	if js.IsUndefined(v) {
		return inputs
	}
	return append(inputs, v)
}
