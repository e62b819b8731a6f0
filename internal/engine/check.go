package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The codes of the problems for which the engine refuses a flow, next to those of
// [flow.Validate].
const (
	CodeAmbiguousReference = "ambiguous-reference" // {{name.output}} may be several nodes
	CodeReferenceCycle     = "reference-cycle"     // nodes wait for each other through references
	CodeLoopBody           = "loop-body"           // a loop has no body of its own
	CodeNoService          = "no-service"          // a node needs a model, knowledge or search that is not there
	CodeUnknownInput       = "unknown-input"       // a value is given for a node that is not an input
)

// problem returns a problem of node n.
func problem(code string, n *Node, message string) flow.Problem {
	return flow.Problem{
		Code: code, Severity: flow.SeverityError, Message: message,
		Node: n.ID, Pointer: fmt.Sprintf("/nodes/%d", n.At),
	}
}

// check returns the problems for which standard refuses the flow, given all that
// [flow.Validate] finds, or else its plans.
func check(all []flow.Problem, g *Graph) (Plans, []flow.Problem) {
	for _, n := range g.Nodes {
		g.refer(n)
	}
	var found []flow.Problem
	for _, p := range all {
		if p.Severity == flow.SeverityError && concernsRun(p) {
			found = append(found, p)
		}
	}
	found = append(found, g.ambiguous()...)
	if len(found) > 0 {
		return Plans{}, found
	}
	b := newBodies(g)
	if found := b.problems(); len(found) > 0 {
		return Plans{}, found
	}
	made, cycle := b.plans()
	if cycle != nil {
		return Plans{}, []flow.Problem{problem(CodeReferenceCycle, cycle[0], fmt.Sprintf(
			"nodes %s wait for each other through their references; take one of the references out", QuoteIDs(cycle)))}
	}
	return made, nil
}

// concernsRun reports whether a problem is one of the graph, not of the flow's name
// and the like.
func concernsRun(p flow.Problem) bool {
	return strings.HasPrefix(p.Pointer, "/nodes") || strings.HasPrefix(p.Pointer, "/edges")
}

// ambiguous lists the references that may mean several nodes.
func (g *Graph) ambiguous() []flow.Problem {
	var found []flow.Problem
	for _, n := range g.Nodes {
		for _, u := range n.unclear {
			found = append(found, problem(CodeAmbiguousReference, n, fmt.Sprintf(
				"{{%.80s}} may be the output of any of the nodes %s; name one of them", u.body, QuoteIDs(u.meant))))
		}
	}
	return found
}

// QuoteIDs lists the ids of nodes, of many the first ten.
func QuoteIDs(nodes []*Node) string {
	const most = 10
	var quoted []string
	for _, n := range nodes[:min(most, len(nodes))] {
		quoted = append(quoted, fmt.Sprintf("%.80q", n.ID))
	}
	if more := len(nodes) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// unserved lists the nodes that need a service that is not there.
func (g *Graph) unserved(s Services) []flow.Problem {
	var found []flow.Problem
	for _, n := range g.Nodes {
		need := ""
		switch n.Kind {
		case flow.Model:
			if s.Model == nil {
				need = "a model to call"
			}
		case flow.Knowledge:
			if s.Retriever == nil {
				need = "a server with its knowledge bases"
			}
		case flow.WebSearch:
			if s.Searcher == nil {
				need = "a server that searches the web"
			}
		}
		if need != "" {
			found = append(found, problem(CodeNoService, n, "the node needs "+need+", and none is configured"))
		}
	}
	return found
}

// setInputs sets the values of input nodes.
func (g *Graph) setInputs(inputs map[string]js.Value) []flow.Problem {
	var found []flow.Problem
	for _, id := range slices.Sorted(maps.Keys(inputs)) {
		n := g.index[id]
		if n == nil || n.Kind != flow.Input {
			found = append(found, flow.Problem{
				Code: CodeUnknownInput, Severity: flow.SeverityError, Node: id,
				Message: fmt.Sprintf("a value is given for %.80q, which is not an input node of the flow; its input nodes are %s", id, g.inputIDs()),
			})
			continue
		}
		data := js.Object{{Key: "value", Value: inputs[id]}}
		authored, _ := n.Data.(js.Object)
		for _, m := range authored {
			if m.Key != "value" {
				data = append(data, m)
			}
		}
		n.Data = data
	}
	return found
}

func (g *Graph) inputIDs() string {
	var list []*Node
	for _, n := range g.Nodes {
		if n.Kind == flow.Input {
			list = append(list, n)
		}
	}
	if list == nil {
		return "none"
	}
	return QuoteIDs(list)
}
