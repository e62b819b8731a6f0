package engine

import (
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Explanation describes how a flow would run.
type Explanation struct {
	Semantics string         `json:"engine"`
	Refused   []flow.Problem `json:"refused"`  // what the flow is refused for; nothing else is said of the run then
	Order     []Turn         `json:"order"`    // in which nodes run, one at a time
	Branches  []Branch       `json:"branches"` // none if the semantics takes them all
	Calls     Calls          `json:"calls"`
}

// Turn is a node in the order in which the nodes run.
type Turn struct {
	Node  string        `json:"node"`
	Type  flow.NodeType `json:"type"`
	Loop  string        `json:"loop,omitempty"`  // the innermost loop whose rounds it runs in
	After []string      `json:"after,omitempty"` // what it waits for
}

// Branch is a handle of a conditional.
type Branch struct {
	Node   string   `json:"node"`
	Handle string   `json:"handle"`
	Only   []string `json:"only"` // the nodes that run only if it is chosen
}

// Explain explains the flow in the semantics of opts, with its limits.
func Explain(spec flow.Spec, opts Options) *Explanation {
	opts, s := opts.withDefaults(), opts.semantics()
	g := newGraph(spec, s)
	e := &Explanation{
		Semantics: s.Name(), Refused: []flow.Problem{}, Order: []Turn{}, Branches: []Branch{}, Calls: Calls{Path: []PathStep{}},
	}
	made, refused, ended := s.Plans(spec, g, opts.Limits)
	e.Refused = append(e.Refused, refused...)
	if len(refused) > 0 || ended != nil {
		return e
	}
	sorted := e.turns(made, made.Flow, nil)
	if s.Chooses() {
		e.branches(sorted)
	}
	e.Calls = g.worstCalls(s, made, sorted, opts.Limits)
	return e
}

// turns appends the steps of a plan, with those of a loop's body after the loop, and returns
// their nodes.
func (e *Explanation) turns(all Plans, p *Plan, loop *Node) []*Node {
	var sorted []*Node
	for _, s := range p.Steps {
		turn := Turn{Node: s.Node.ID, Type: s.Node.Kind}
		if loop != nil {
			turn.Loop = loop.ID
		}
		for _, dep := range dependencies(s.Node) {
			if dep != loop && !slices.Contains(turn.After, dep.ID) {
				turn.After = append(turn.After, dep.ID)
			}
		}
		e.Order = append(e.Order, turn)
		sorted = append(sorted, s.Node)
		if body := all.Bodies[s.Node]; body != nil {
			sorted = append(sorted, e.turns(all, body, s.Node)...)
		}
	}
	return sorted
}

// branches finds the nodes of each handle: those that do not run if the other one is chosen.
func (e *Explanation) branches(sorted []*Node) {
	opposite := map[string]string{handleTrue: handleFalse, handleFalse: handleTrue}
	for _, n := range sorted {
		if n.Kind != flow.Conditional {
			continue
		}
		for _, handle := range n.Kind.Handles() {
			runs := live(sorted, choices{n: opposite[handle]})
			branch := Branch{Node: n.ID, Handle: handle, Only: []string{}}
			for _, m := range sorted {
				if !runs[m.index] {
					branch.Only = append(branch.Only, m.ID)
				}
			}
			e.Branches = append(e.Branches, branch)
		}
	}
}
