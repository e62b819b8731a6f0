package engine

import (
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Explanation says how a flow would run, without running it.
type Explanation struct {
	Semantics   Semantics      `json:"engine"`
	Refused     []flow.Problem `json:"refused"`  // what standard refuses the flow for; nothing else is said of the run then
	Order       []Turn         `json:"order"`    // in which nodes run, one at a time
	Branches    []Branch       `json:"branches"` // none in the browser, which takes them all
	Calls       Calls          `json:"calls"`
	Differences []Difference   `json:"differences"` // every place where the semantics may part on this flow
}

// Turn is a node's place in the order.
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
	opts = opts.withDefaults()
	if opts.Semantics == "" {
		opts.Semantics = Standard
	}
	rules := opts.Semantics.Rules()
	g := newGraph(spec, rules)
	e := &Explanation{
		Semantics: opts.Semantics, Refused: []flow.Problem{}, Order: []Turn{}, Branches: []Branch{},
		Calls: Calls{Path: []PathStep{}}, Differences: differences(spec),
	}
	made, refused, ended := opts.Semantics.behaviour().plans(spec, g, opts.Limits)
	e.Refused = append(e.Refused, refused...)
	if len(refused) > 0 || ended != nil {
		return e
	}
	sorted := e.turns(made, made.flow, nil)
	if rules.Branches {
		e.branches(sorted)
		e.Calls = g.worstCalls(made, sorted, opts.Limits)
	} else {
		e.Calls = g.browserCalls(made, opts.Limits)
	}
	return e
}

// turns lists the steps of a plan, those of a loop's body after the loop, and
// returns their nodes.
func (e *Explanation) turns(all plans, p *plan, loop *node) []*node {
	var sorted []*node
	for _, s := range p.steps {
		turn := Turn{Node: s.node.id, Type: s.node.kind}
		if loop != nil {
			turn.Loop = loop.id
		}
		for _, dep := range dependencies(s.node) {
			if dep != loop && !slices.Contains(turn.After, dep.id) {
				turn.After = append(turn.After, dep.id)
			}
		}
		e.Order = append(e.Order, turn)
		sorted = append(sorted, s.node)
		if body := all.bodies[s.node]; body != nil {
			sorted = append(sorted, e.turns(all, body, s.node)...)
		}
	}
	return sorted
}

// branches finds what hangs on each handle: what does not run when the other one
// is chosen.
func (e *Explanation) branches(sorted []*node) {
	opposite := map[string]string{handleTrue: handleFalse, handleFalse: handleTrue}
	for _, n := range sorted {
		if n.kind != flow.Conditional {
			continue
		}
		for _, handle := range n.kind.Handles() {
			runs := live(sorted, choices{n: opposite[handle]})
			branch := Branch{Node: n.id, Handle: handle, Only: []string{}}
			for _, m := range sorted {
				if !runs[m.index] {
					branch.Only = append(branch.Only, m.id)
				}
			}
			e.Branches = append(e.Branches, branch)
		}
	}
}
