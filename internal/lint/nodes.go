package lint

import (
	"slices"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// leadsTo reports whether edges lead from a to b.
func leadsTo(a, b *engine.Node) bool {
	return slices.ContainsFunc(b.In, func(e *engine.Edge) bool { return e.Source == a }) || engine.Reach(a, func(*engine.Edge) bool { return true })[b]
}

// ignored lists the nodes that are connected to n for nothing: its text has
// neither {{input}} nor their names. An edge from a conditional decides whether n
// runs, files go to a model in any case, and the browser may find an {{input.output}}
// in the first input.
func (c *checker) ignored(n *engine.Node) (sources []*engine.Node) {
	if n.Kind != flow.Model && n.Kind != flow.Knowledge && n.Kind != flow.WebSearch || n.Templates()[0].Text == "" {
		return nil
	}
	usesFirst := false
	for p := range engine.Placeholders(n.Templates()[0].Text) {
		if to := c.graph.Resolve(p); to.Input || to.Ambiguous != nil {
			return nil
		}
		usesFirst = usesFirst || browser.FoundInInput(c.graph, n, p.Body)
	}
	for i, e := range n.In {
		files := n.Kind == flow.Model && e.Source.Kind == flow.Input && engine.DeclaresFiles(e.Source)
		unused := e.Source.Kind != flow.Conditional && !e.Source.Missing && !files && !slices.Contains(n.Refs, e.Source)
		if unused && (i > 0 || !usesFirst) && !slices.Contains(sources, e.Source) {
			sources = append(sources, e.Source)
		}
	}
	return sources
}

// unusedInputs finds the input nodes that nothing reads, among nodes that could.
func unusedInputs(g *engine.Graph) map[*engine.Node]bool {
	unused := make(map[*engine.Node]bool)
	if !slices.ContainsFunc(g.Nodes, func(n *engine.Node) bool { return n.Kind != flow.Input }) {
		return unused
	}
	for _, n := range g.Nodes {
		unused[n] = n.Kind == flow.Input && len(n.Out) == 0
	}
	for _, n := range g.Nodes {
		for _, ref := range n.Refs {
			delete(unused, ref)
		}
	}
	return unused
}

// fed finds the nodes that something can come to, or that need nothing.
func fed(g *engine.Graph) map[*engine.Node]bool {
	fed := make(map[*engine.Node]bool)
	var feed func(n *engine.Node)
	feed = func(n *engine.Node) {
		if fed[n] {
			return
		}
		fed[n] = true
		for _, e := range n.Out {
			feed(e.Target)
		}
	}
	for _, n := range g.Nodes {
		if !needsInput(n) {
			feed(n)
		}
	}
	return fed
}

// needsInput reports whether the node can do nothing without an input.
func needsInput(n *engine.Node) bool {
	asks := func(text string) bool {
		if text == "" {
			return true
		}
		for p := range engine.Placeholders(text) {
			if _, ok := p.Input(); ok {
				return true
			}
		}
		return false
	}
	switch n.Kind {
	case flow.Model:
		return asks(n.Text("prompt"))
	case flow.Knowledge, flow.WebSearch:
		return asks(n.Text("query"))
	case flow.Conditional:
		return asks(n.Text("condition"))
	case flow.Loop:
		return n.Option("loopType") == "array" && asks(n.Text("arrayPath"))
	case flow.Transform, flow.Merge, flow.Output:
		return true
	}
	return false
}
