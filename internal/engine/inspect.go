package engine

import (
	"slices"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Inspection is what the engine sees in a flow without running it, for whoever
// judges flows.
type Inspection struct {
	Graph   *Graph
	Refused []flow.Problem // what standard semantics refuse the flow for
	Nodes   []Inspected    // the flow's nodes in its order; of several with one id there is one
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
	g := newGraph(spec, standard{})
	_, refused := check(problems, g)
	found := &Inspection{Graph: g, Refused: refused}
	named := make(map[*Node]bool)
	for _, n := range g.Nodes {
		for _, ref := range n.Refs {
			named[ref] = true
		}
	}
	onlyInputs := !slices.ContainsFunc(g.Nodes, func(n *Node) bool { return n.Kind != flow.Input })
	fed := g.fed()
	for _, n := range g.Nodes {
		if n.Missing {
			continue
		}
		in := Inspected{ID: n.ID, Index: n.at, References: g.references(n), Literals: g.literals(n), Unsent: n.unsent(), Pattern: n.badPattern()}
		in.Ignored, in.Unheard = g.ignored(n, in.References)
		in.Unused = n.Kind == flow.Input && len(n.Out) == 0 && !named[n] && !onlyInputs
		in.Starved = !fed[n]
		found.Nodes = append(found.Nodes, in)
	}
	return found
}

// references lists the placeholders of a node that mean something.
func (g *Graph) references(n *Node) []Reference {
	var list []Reference
	for _, t := range n.Templates() {
		for p := range Placeholders(t.Text) {
			found := g.Resolve(p)
			_, _, named := p.Output()
			ref := Reference{Field: t.Field, Start: p.Start, End: p.End, Body: p.Body, Input: found.Input}
			switch {
			case found.Node != nil:
				ref.Node = found.Node.ID
				ref.Joined = leadsTo(found.Node, n)
			case found.Input, found.Ambiguous != nil:
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
func (g *Graph) literals(n *Node) []Literal {
	var list []Literal
	for _, t := range n.Templates() {
		for p := range inBraces(t.Text) {
			_, _, named := p.Output()
			if ref := g.Resolve(p); !named && !ref.Input && ref.Node == nil {
				list = append(list, Literal{Field: t.Field, Text: t.Text, Body: p.Body})
			}
		}
	}
	return list
}

// leadsTo reports whether edges lead from a to b.
func leadsTo(a, b *Node) bool {
	return slices.ContainsFunc(b.In, func(e *Edge) bool { return e.Source == a }) || Reach(a, func(*Edge) bool { return true })[b]
}

// ignored lists the nodes that are connected to n for nothing: its text has
// neither {{input}} nor their names. An edge from a conditional decides whether n
// runs, and files go to a model in any case.
func (g *Graph) ignored(n *Node, refs []Reference) (ids []string, field string) {
	if n.Kind != flow.Model && n.Kind != flow.Knowledge && n.Kind != flow.WebSearch {
		return nil, ""
	}
	heard := n.Templates()[0]
	if heard.Text == "" || len(n.unclear) > 0 || slices.ContainsFunc(refs, func(r Reference) bool { return r.Input }) {
		return nil, ""
	}
	for _, e := range n.In {
		files := n.Kind == flow.Model && e.Source.Kind == flow.Input && DeclaresFiles(e.Source)
		if e.Source.Kind == flow.Conditional || e.Source.Missing || files || slices.Contains(n.Refs, e.Source) || slices.Contains(ids, e.Source.ID) {
			continue
		}
		ids = append(ids, e.Source.ID)
	}
	return ids, heard.Field
}

// fed finds the nodes that something can come to, or that need nothing.
func (g *Graph) fed() map[*Node]bool {
	fed := make(map[*Node]bool)
	var feed func(n *Node)
	feed = func(n *Node) {
		if fed[n] {
			return
		}
		fed[n] = true
		for _, e := range n.Out {
			feed(e.Target)
		}
	}
	for _, n := range g.Nodes {
		if !n.needsInput() {
			feed(n)
		}
	}
	return fed
}

// needsInput reports whether the node can do nothing without an input.
func (n *Node) needsInput() bool {
	asks := func(text string) bool {
		if text == "" {
			return true
		}
		for p := range Placeholders(text) {
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

// unsent lists a model's settings that no semantics sends.
func (n *Node) unsent() []string {
	if n.Kind != flow.Model || js.Truthy(n.Field("useAdvancedSettings")) {
		return nil
	}
	var keys []string
	for _, key := range []string{"temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"} {
		if _, set := n.Field(key).(js.Number); set {
			keys = append(keys, key)
		}
	}
	return keys
}

// badPattern compiles the node's regular expression, if it is there already.
func (n *Node) badPattern() *Pattern {
	field, pattern := "", ""
	switch {
	case n.Kind == flow.Transform && n.Option("operation") == "replace" && js.Truthy(n.Config("pattern")):
		field, pattern = "/config/pattern", js.ToString(n.Config("pattern"))
	case n.Kind == flow.Conditional && n.Option("operator") == "regex" && !HasPlaceholder(n.Text("compareValue")):
		field, pattern = "/compareValue", n.Text("compareValue")
	default:
		return nil
	}
	if _, err := js.Compile(pattern, ""); err != nil {
		return &Pattern{field, err}
	}
	return nil
}

// HasPlaceholder reports whether a text has a placeholder in it.
func HasPlaceholder(text string) bool {
	for range Placeholders(text) {
		return true
	}
	return false
}

// DeclaresFiles reports whether an input node names files of the server.
func DeclaresFiles(n *Node) bool {
	_, list := n.Field("fileIds").(js.Array)
	return list || js.Truthy(n.Field("mediaFileId"))
}
