package engine

import (
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// scope holds what nodes have made: of the whole flow, or, in standard, of one
// round of a loop's body. A result is written before what waits for it starts,
// so that reading needs no lock.
type scope struct {
	parent *scope
	slots  map[*node]int // nil for the flow's own scope, where it is the node's index
	made   []outcome
	round  []int // rounds of the loops around, the outermost first
	depth  int   // loops around

	// What only the browser keeps, which has the one scope of the flow and runs
	// one node at a time.
	ordered      bool
	order        []*node // in the order of their first results
	errors       []*node // in the order of their first errors
	accumulating bool    // output nodes gather the values of rounds
}

// outcome is what became of a node.
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

// inner is a scope for a round of the loop.
func (s *scope) inner(slots map[*node]int, round int) *scope {
	return &scope{
		parent: s, slots: slots, made: make([]outcome, len(slots)),
		round: append(s.round[:len(s.round):len(s.round)], round), depth: s.depth + 1,
	}
}

// of is what became of n, in the innermost scope that n belongs to.
func (s *scope) of(n *node) *outcome {
	home := s.home(n)
	if home.slots == nil {
		return &home.made[n.index]
	}
	return &home.made[home.slots[n]]
}

// home is the innermost scope that n belongs to.
func (s *scope) home(n *node) *scope {
	for ; s.slots != nil; s = s.parent {
		if _, ok := s.slots[n]; ok {
			break
		}
	}
	return s
}

// set keeps the result of n. Like fail it leaves the other alone: in the browser
// a node may fail in one round and succeed in another.
func (s *scope) set(n *node, value js.Value) {
	o := s.of(n)
	if o.value == nil && s.ordered {
		s.order = append(s.order, n)
	}
	o.status, o.value = flow.NodeSuccess, value
}

// fail keeps the error of n.
func (s *scope) fail(n *node, status flow.NodeStatus, err error) {
	o := s.of(n)
	if o.err == nil && s.ordered {
		s.errors = append(s.errors, n)
	}
	o.status, o.err, o.failed = status, err, true
}
