package engine

import (
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Scope has the outcomes of nodes: of the whole flow, or of one round of a loop's body. A
// result is written before the nodes that wait for it start, so that reading needs no lock.
type Scope struct {
	parent *Scope
	slots  map[*Node]int // nil for the flow's own scope, where it is the node's index
	made   []outcome
	round  []int // rounds of the loops around, the outermost first
	Depth  int   // loops around
}

// outcome is the outcome of a node.
type outcome struct {
	status  flow.NodeStatus // "" while there is nothing
	value   js.Value        // its result; nil for none
	err     error
	reason  string // why it was skipped
	counted int64  // bytes counted for value

	failed  bool       // it failed, or was skipped because it waited for one that did
	round   bool       // value is what a round of the loop is given, not the loop's result
	branch  string     // the handle that a conditional chose
	carried js.Value   // what the conditional's edges carry
	shown   []js.Value // an output node's values, of all rounds that are over
}

// inner returns a scope for a round of a loop.
func (s *Scope) inner(slots map[*Node]int, round int) *Scope {
	return &Scope{
		parent: s, slots: slots, made: make([]outcome, len(slots)),
		round: append(s.round[:len(s.round):len(s.round)], round), Depth: s.Depth + 1,
	}
}

// of returns the outcome of n in the innermost scope that n belongs to.
func (s *Scope) of(n *Node) *outcome {
	home := s.home(n)
	if home.slots == nil {
		return &home.made[n.index]
	}
	return &home.made[home.slots[n]]
}

// home returns the innermost scope that n belongs to.
func (s *Scope) home(n *Node) *Scope {
	for ; s.slots != nil; s = s.parent {
		if _, ok := s.slots[n]; ok {
			break
		}
	}
	return s
}

// Value returns the result of n; nil, or undefined, if it has none.
func (s *Scope) Value(n *Node) js.Value { return s.of(n).value }

// Set sets the result of n. It does not change the error: if the rounds of a loop share a
// scope, a node may fail in one and succeed in another.
func (s *Scope) Set(n *Node, value js.Value) {
	o := s.of(n)
	o.status, o.value = flow.NodeSuccess, value
}

// fail sets the error of n.
func (s *Scope) fail(n *Node, status flow.NodeStatus, err error) {
	o := s.of(n)
	o.status, o.err, o.failed = status, err, true
}
