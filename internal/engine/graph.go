package engine

import (
	"encoding/json"
	"sync"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// graph is a flow made ready to run.
type graph struct {
	nodes []*node // those of the flow in its order, then the missing ones
	index map[string]*node
	rules Rules

	prefixed func() map[string][]*node // see prefixes; few flows need them
}

// node is a node of the flow. Of several with one id it is the last, at the
// place of the first.
type node struct {
	id      string
	kind    flow.NodeType
	untyped json.RawMessage // the whole node, if its type is "" or not text
	data    js.Value        // undefined if the node has none
	at      int             // its place among the flow's nodes
	index   int             // its place in graph.nodes
	missing bool            // only edges name it
	in, out []*edge         // in the flow's order of edges
	refs    []*node         // the nodes that its texts name, where that makes it wait for them
	unclear []unclear
}

// unclear is a reference that may mean several nodes.
type unclear struct {
	body  string // of the placeholder
	meant []*node
}

// The handles that edges start at, see [flow.NodeType.Handles].
const (
	handleTrue  = "true"
	handleFalse = "false"
	handleEach  = "each"
	handleDone  = "done"
)

// edge carries the result of one node to another.
type edge struct {
	source, target *node
	handle         string
}

// newGraph compiles the flow.
func newGraph(spec flow.Spec, rules Rules) *graph {
	g := &graph{nodes: make([]*node, 0, len(spec.Nodes)), index: make(map[string]*node, len(spec.Nodes)), rules: rules}
	nodes := make([]node, len(spec.Nodes))
	for i, n := range spec.Nodes {
		made := g.index[n.ID]
		if made == nil {
			made = &nodes[i]
			made.id, made.at = n.ID, i
			g.add(made)
		}
		made.kind = n.Type
		if n.Type == "" {
			made.untyped = n.AppendJSON(nil)
		}
		made.data = parseData(n.Data, rules)
	}
	g.join(spec.Edges)
	g.prefixed = sync.OnceValue(g.prefixes)
	if rules.Order {
		for _, n := range g.nodes {
			g.refer(n)
		}
	}
	return g
}

// join joins the nodes with their edges. An edge from a node that is not there brings
// in a missing node; one to there is left out.
func (g *graph) join(edges []flow.Edge) {
	joined := make([]edge, len(edges))
	for i, e := range edges {
		source := g.index[e.Source]
		if source == nil {
			source = &node{id: e.Source, missing: true}
			g.add(source)
		}
		joined[i] = edge{source: source, handle: e.SourceHandle}
	}
	ins, outs := make([]int, len(g.nodes)), make([]int, len(g.nodes))
	for i, e := range edges {
		if target := g.index[e.Target]; target != nil {
			joined[i].target = target
			outs[joined[i].source.index]++
			ins[target.index]++
		}
	}
	lists := make([]*edge, 2*len(joined)) // one allocation for all of them
	for i, n := range g.nodes {
		n.in, lists = lists[:0:ins[i]], lists[ins[i]:]
		n.out, lists = lists[:0:outs[i]], lists[outs[i]:]
	}
	for i := range joined {
		if e := &joined[i]; e.target != nil {
			e.source.out = append(e.source.out, e)
			e.target.in = append(e.target.in, e)
		}
	}
}

func (g *graph) add(n *node) {
	n.index = len(g.nodes)
	g.nodes = append(g.nodes, n)
	g.index[n.id] = n
}

// refer finds the nodes that n's texts name.
func (g *graph) refer(n *node) {
	var told map[string]bool // of what is ambiguous
	for _, t := range n.templates() {
		for p := range placeholders(t.text) {
			ref := g.resolve(p)
			switch last := len(n.refs) - 1; {
			case ref.node != nil && (last < 0 || n.refs[last] != ref.node):
				n.refs = append(n.refs, ref.node)
			case ref.ambiguous != nil && !told[p.body]:
				if told == nil {
					told = make(map[string]bool)
				}
				told[p.body] = true
				n.unclear = append(n.unclear, unclear{p.body, ref.ambiguous})
			}
		}
	}
}

// parseData reads a node's data.
func parseData(data []byte, rules Rules) js.Value {
	if data == nil {
		return js.Undefined{}
	}
	v, err := rules.parse(string(data))
	if err != nil {
		return js.Undefined{}
	}
	return v
}

// parse reads JSON for the semantics.
func (r Rules) parse(text string) (js.Value, error) {
	if r.Exact {
		return js.ParseExact(text)
	}
	return js.Parse(text)
}

// hasData reports whether the node has data, be it empty.
func (n *node) hasData() bool {
	_, null := n.data.(js.Null)
	return !null && !js.IsUndefined(n.data)
}

// field is a field of the node's data, undefined if there is none.
func (n *node) field(key string) js.Value { return js.Get(n.data, key) }

// text is a field of the node's data that is not falsy, as a text; else "".
func (n *node) text(key string) string {
	if v := n.field(key); js.Truthy(v) {
		return js.ToString(v)
	}
	return ""
}

// option is a field of the node's data that chooses among named ways: "" if it is
// falsy. What is not text chooses none of them.
func (n *node) option(key string) string {
	v := n.field(key)
	if text, ok := js.AsString(v); ok {
		return text
	}
	if !js.Truthy(v) {
		return ""
	}
	return "not a text"
}

// config is a field of a transform's config.
func (n *node) config(key string) js.Value { return js.Get(n.field("config"), key) }

// templateText is a text of a node in which placeholders are filled in.
type templateText struct {
	field string // JSON pointer into the node's data
	text  string
}

// templates lists the templates of the node.
func (n *node) templates() []templateText {
	switch n.kind {
	case flow.Model:
		return []templateText{n.template("prompt")}
	case flow.Knowledge, flow.WebSearch:
		return []templateText{n.template("query")}
	case flow.Transform:
		if n.option("operation") == "template" {
			return []templateText{{"/config/template", js.ToString(n.config("template"))}}
		}
	case flow.Conditional:
		return []templateText{n.template("condition"), n.template("compareValue"), n.template("trueOutput"), n.template("falseOutput")}
	case flow.Loop:
		return []templateText{n.template("arrayPath"), n.template("breakCondition")}
	}
	return nil
}

func (n *node) template(key string) templateText { return templateText{"/" + key, n.text(key)} }
