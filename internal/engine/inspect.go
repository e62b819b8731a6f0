package engine

import (
	"slices"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Inspection is what the engine sees in a flow without running it, for whoever
// judges flows.
type Inspection struct {
	Refused     []flow.Problem // what standard refuses the flow for, those of flow.Validate left out
	Nodes       []Inspected    // the flow's nodes in its order; of several with one id there is one
	Differences []Difference   // those of a kind
}

// Inspected is a node and what it reads.
type Inspected struct {
	ID         string
	Index      int // among the flow's nodes
	References []Reference
	Literals   []Literal
	Ignored    []string // the nodes whose results come in and go unheard
	Unheard    string   // where they would be heard, as a JSON pointer into the node's data
	Unused     bool     // an input that nothing reads, among nodes that could
	Starved    bool     // it needs an input, and none can come
	Unsent     []string // settings that are not sent, since useAdvancedSettings is off
	Pattern    *Pattern // a regular expression that does not compile
}

// Reference is a placeholder in a text of a node.
type Reference struct {
	Field      string // the text, as a JSON pointer into the node's data
	Start, End int    // of the placeholder in the text, in bytes
	Body       string // between the braces
	Input      bool   // the node's inputs, or a value in the first one
	Node       string // the node that it means, "" for none
	Missing    bool   // it has the form of a reference to a node, and there is none
	Joined     bool   // edges lead, by whatever way, from that node to this one
}

// Literal stands in double braces in a text and is not a reference, so that both
// semantics leave it as it is.
type Literal struct {
	Field string // the text, as a JSON pointer into the node's data
	Text  string // all of the text
	Body  string // between the braces
}

// Pattern is a regular expression that does not compile.
type Pattern struct {
	Field string // where it stands, as a JSON pointer into the node's data
	Err   error
}

// Inspect inspects the flow. problems are all that [flow.Validate] finds in it.
func Inspect(spec flow.Spec, problems []flow.Problem) *Inspection {
	g := newGraph(spec, Standard.Rules())
	_, refused := check(problems, g)
	found := &Inspection{Differences: g.differences(refused, true)}
	for _, p := range refused {
		switch p.Code {
		case CodeAmbiguousReference, CodeReferenceCycle, CodeLoopBody:
			found.Refused = append(found.Refused, p)
		}
	}
	named := make(map[*node]bool)
	for _, n := range g.nodes {
		for _, ref := range n.refs {
			named[ref] = true
		}
	}
	onlyInputs := !slices.ContainsFunc(g.nodes, func(n *node) bool { return n.kind != flow.Input })
	fed := g.fed()
	for _, n := range g.nodes {
		if n.missing {
			continue
		}
		in := Inspected{ID: n.id, Index: n.at, References: g.references(n), Literals: g.literals(n), Unsent: n.unsent(), Pattern: n.badPattern()}
		in.Ignored, in.Unheard = g.ignored(n, in.References)
		in.Unused = n.kind == flow.Input && len(n.out) == 0 && !named[n] && !onlyInputs
		in.Starved = !fed[n]
		found.Nodes = append(found.Nodes, in)
	}
	return found
}

// references lists the placeholders of a node that mean something.
func (g *graph) references(n *node) []Reference {
	var list []Reference
	for _, t := range n.templates() {
		for p := range placeholders(t.text) {
			found := g.resolve(p)
			_, _, named := p.output()
			ref := Reference{Field: t.field, Start: p.start, End: p.end, Body: p.body, Input: found.input}
			switch {
			case found.node != nil:
				ref.Node = found.node.id
				ref.Joined = leadsTo(found.node, n)
			case found.input, found.ambiguous != nil:
			case named:
				ref.Missing = true
			default:
				continue
			}
			list = append(list, ref)
		}
	}
	return list
}

// literals lists what stands in braces in the node's texts and is not a reference.
func (g *graph) literals(n *node) []Literal {
	var list []Literal
	for _, t := range n.templates() {
		for p := range inBraces(t.text) {
			_, _, named := p.output()
			if ref := g.resolve(p); !named && !ref.input && ref.node == nil {
				list = append(list, Literal{Field: t.field, Text: t.text, Body: p.body})
			}
		}
	}
	return list
}

// leadsTo reports whether edges lead from a to b.
func leadsTo(a, b *node) bool {
	return slices.ContainsFunc(b.in, func(e *edge) bool { return e.source == a }) || reach(a, func(*edge) bool { return true })[b]
}

// ignored lists the nodes that are connected to n for nothing: its text has
// neither {{input}} nor their names. An edge from a conditional decides whether n
// runs, files go to a model in any case, and the browser may find an {{input.output}}
// in the first input.
func (g *graph) ignored(n *node, refs []Reference) (ids []string, field string) {
	if n.kind != flow.Model && n.kind != flow.Knowledge && n.kind != flow.WebSearch {
		return nil, ""
	}
	heard := n.templates()[0]
	if heard.text == "" || len(n.unclear) > 0 || slices.ContainsFunc(refs, func(r Reference) bool { return r.Input }) {
		return nil, ""
	}
	for i, e := range n.in {
		if i == 0 && slices.ContainsFunc(refs, func(r Reference) bool { return g.foundInInput(n, r.Body) }) {
			continue
		}
		files := n.kind == flow.Model && e.source.kind == flow.Input && declaresFiles(e.source)
		if e.source.kind == flow.Conditional || e.source.missing || files || slices.Contains(n.refs, e.source) || slices.Contains(ids, e.source.id) {
			continue
		}
		ids = append(ids, e.source.id)
	}
	return ids, heard.field
}

// fed finds the nodes that something can come to, or that need nothing.
func (g *graph) fed() map[*node]bool {
	fed := make(map[*node]bool)
	var feed func(n *node)
	feed = func(n *node) {
		if fed[n] {
			return
		}
		fed[n] = true
		for _, e := range n.out {
			feed(e.target)
		}
	}
	for _, n := range g.nodes {
		if !n.needsInput() {
			feed(n)
		}
	}
	return fed
}

// needsInput reports whether the node can do nothing without an input.
func (n *node) needsInput() bool {
	asks := func(text string) bool {
		if text == "" {
			return true
		}
		for p := range placeholders(text) {
			if _, ok := p.input(); ok {
				return true
			}
		}
		return false
	}
	switch n.kind {
	case flow.Model:
		return asks(n.text("prompt"))
	case flow.Knowledge, flow.WebSearch:
		return asks(n.text("query"))
	case flow.Conditional:
		return asks(n.text("condition"))
	case flow.Loop:
		return n.option("loopType") == "array" && asks(n.text("arrayPath"))
	case flow.Transform, flow.Merge, flow.Output:
		return true
	}
	return false
}

// unsent lists a model's settings that no semantics sends.
func (n *node) unsent() []string {
	if n.kind != flow.Model || js.Truthy(n.field("useAdvancedSettings")) {
		return nil
	}
	var keys []string
	for _, key := range []string{"temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"} {
		if _, set := n.field(key).(js.Number); set {
			keys = append(keys, key)
		}
	}
	return keys
}

// badPattern compiles the node's regular expression, if it is there already.
func (n *node) badPattern() *Pattern {
	field, pattern := "", ""
	switch {
	case n.kind == flow.Transform && n.option("operation") == "replace" && js.Truthy(n.config("pattern")):
		field, pattern = "/config/pattern", js.ToString(n.config("pattern"))
	case n.kind == flow.Conditional && n.option("operator") == "regex" && !hasPlaceholder(n.text("compareValue")):
		field, pattern = "/compareValue", n.text("compareValue")
	default:
		return nil
	}
	if _, err := js.Compile(pattern, ""); err != nil {
		return &Pattern{field, err}
	}
	return nil
}
