package engine

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// admission says whether a node runs, and with what.
type admission struct {
	inputs []js.Value // what arrives, in edge order
	skip   string     // why the node is skipped; "" if it runs
	failed bool       // it is skipped because of a failure
}

// admit looks at what the node waited for.
func (standard) admit(s *scope, n *node) admission {
	var a admission
	live := 0
	look := func(source *node, isLive bool) {
		switch o := s.of(source); {
		case o.failed && !a.failed:
			a.failed = true
			a.skip = fmt.Sprintf("it depends on node %.80q, which failed", source.id)
			if o.status == flow.NodeSkipped {
				a.skip = fmt.Sprintf("it depends on node %.80q, which was skipped after a failure", source.id)
			}
		case isLive && o.status != flow.NodeSkipped:
			live++
		}
	}
	for _, e := range n.in {
		o := s.of(e.source)
		isLive := e.source.kind != flow.Conditional || e.handle == "" || e.handle == o.branch
		look(e.source, isLive)
		if isLive {
			a.inputs = appendCarried(a.inputs, e, o)
		}
	}
	for _, ref := range n.refs {
		look(ref, len(n.in) == 0) // a reference does not bring a branch to life
	}
	if live == 0 && len(n.in)+len(n.refs) > 0 && !a.failed {
		a.skip = "no branch leads to it in this run"
	}
	return a
}

// appendCarried adds what an edge brings to its target: a conditional's edge its
// output, a loop's to a merge the outputs of its rounds, any other the result.
func appendCarried(inputs []js.Value, e *edge, o *outcome) []js.Value {
	v := o.value
	if e.source.kind == flow.Conditional {
		v = o.carried
	}
	if e.source.kind == flow.Loop && e.target.kind == flow.Merge && !o.round {
		return append(inputs, outputsOf(v)...)
	}
	if js.IsUndefined(v) {
		return inputs
	}
	return append(inputs, v)
}
