package engine

import (
	"encoding/json"
	"sync"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The handles that edges start at, see [flow.NodeType.Handles].
const (
	handleTrue  = "true"
	handleFalse = "false"
	handleEach  = "each"
	HandleDone  = "done" // where a loop is over
)

// Graph is a compiled flow.
type Graph struct {
	Nodes []*Node // those of the flow in its order, then the missing ones
	index map[string]*Node

	prefixed func() map[string][]*Node // see prefixes; few flows need them
}

// Node is a node of the flow. Of several with the same id it is the last one, in the position
// of the first.
type Node struct {
	ID      string
	Kind    flow.NodeType
	untyped json.RawMessage // the whole node, if its type is "" or not text
	Data    js.Value        // undefined if the node has none
	At      int             // its place among the flow's nodes
	index   int             // its place in graph.nodes
	Missing bool            // only edges name it
	In, Out []*Edge         // in the flow's order of edges
	Refs    []*Node         // the nodes that its texts name, where that makes it wait for them
	unclear []unclear
}

// unclear is a reference to one of several nodes.
type unclear struct {
	body  string // of the placeholder
	meant []*Node
}

// Edge carries the result of one node to another.
type Edge struct {
	Source, Target *Node
	Handle         string
}

// Node returns the node of that id, nil if there is none.
func (g *Graph) Node(id string) *Node { return g.index[id] }

// newGraph compiles the flow.
func newGraph(spec flow.Spec, s Semantics) *Graph {
	g := &Graph{Nodes: make([]*Node, 0, len(spec.Nodes)), index: make(map[string]*Node, len(spec.Nodes))}
	nodes := make([]Node, len(spec.Nodes))
	for i, n := range spec.Nodes {
		made := g.index[n.ID]
		if made == nil {
			made = &nodes[i]
			made.ID, made.At = n.ID, i
			g.add(made)
		}
		made.Kind = n.Type
		if n.Type == "" {
			made.untyped = n.AppendJSON(nil)
		}
		made.Data = parseData(n.Data, s)
	}
	g.join(spec.Edges)
	g.prefixed = sync.OnceValue(g.prefixes)
	return g
}

// join connects the nodes by the edges. An edge from an unknown node adds a missing node; an
// edge to one is left out.
func (g *Graph) join(edges []flow.Edge) {
	joined := make([]Edge, len(edges))
	for i, e := range edges {
		source := g.index[e.Source]
		if source == nil {
			source = &Node{ID: e.Source, Missing: true}
			g.add(source)
		}
		joined[i] = Edge{Source: source, Handle: e.SourceHandle}
	}
	ins, outs := make([]int, len(g.Nodes)), make([]int, len(g.Nodes))
	for i, e := range edges {
		if target := g.index[e.Target]; target != nil {
			joined[i].Target = target
			outs[joined[i].Source.index]++
			ins[target.index]++
		}
	}
	lists := make([]*Edge, 2*len(joined)) // one allocation for all of them
	for i, n := range g.Nodes {
		n.In, lists = lists[:0:ins[i]], lists[ins[i]:]
		n.Out, lists = lists[:0:outs[i]], lists[outs[i]:]
	}
	for i := range joined {
		if e := &joined[i]; e.Target != nil {
			e.Source.Out = append(e.Source.Out, e)
			e.Target.In = append(e.Target.In, e)
		}
	}
}

func (g *Graph) add(n *Node) {
	n.index = len(g.Nodes)
	g.Nodes = append(g.Nodes, n)
	g.index[n.ID] = n
}

// refer sets the nodes that the texts of n refer to.
func (g *Graph) refer(n *Node) {
	var told map[string]bool // of what is ambiguous
	for _, t := range n.Templates() {
		for p := range Placeholders(t.Text) {
			ref := g.Resolve(p)
			switch last := len(n.Refs) - 1; {
			case ref.Node != nil && (last < 0 || n.Refs[last] != ref.Node):
				n.Refs = append(n.Refs, ref.Node)
			case ref.Ambiguous != nil && !told[p.Body]:
				if told == nil {
					told = make(map[string]bool)
				}
				told[p.Body] = true
				n.unclear = append(n.unclear, unclear{p.Body, ref.Ambiguous})
			}
		}
	}
}

// parseData reads a node's data.
func parseData(data []byte, s Semantics) js.Value {
	if data == nil {
		return js.Undefined{}
	}
	v, err := s.Parse(string(data))
	if err != nil {
		return js.Undefined{}
	}
	return v
}

// HasData reports whether the node has data, even if it is empty.
func (n *Node) HasData() bool {
	_, null := n.Data.(js.Null)
	return !null && !js.IsUndefined(n.Data)
}

// Field returns a field of the node's data, undefined if there is none.
func (n *Node) Field(key string) js.Value { return js.Get(n.Data, key) }

// Text returns a field of the node's data as a text, "" if it is falsy.
func (n *Node) Text(key string) string {
	if v := n.Field(key); js.Truthy(v) {
		return js.ToString(v)
	}
	return ""
}

// Option returns a field of the node's data with one of several words: "" if it is falsy. A
// value that is not a text is none of the words.
func (n *Node) Option(key string) string {
	v := n.Field(key)
	if text, ok := js.AsString(v); ok {
		return text
	}
	if !js.Truthy(v) {
		return ""
	}
	return "not a text"
}

// Config returns a field of a transform's config.
func (n *Node) Config(key string) js.Value { return js.Get(n.Field("config"), key) }

// Template is a text of a node in which placeholders are filled in.
type Template struct {
	Field string // JSON pointer into the node's data
	Text  string
}

// Templates returns the templates of the node.
func (n *Node) Templates() []Template {
	switch n.Kind {
	case flow.Model:
		return []Template{n.template("prompt")}
	case flow.Knowledge, flow.WebSearch:
		return []Template{n.template("query")}
	case flow.Transform:
		if n.Option("operation") == "template" {
			return []Template{{"/config/template", js.ToString(n.Config("template"))}}
		}
	case flow.Conditional:
		return []Template{n.template("condition"), n.template("compareValue"), n.template("trueOutput"), n.template("falseOutput")}
	case flow.Loop:
		return []Template{n.template("arrayPath"), n.template("breakCondition")}
	}
	return nil
}

func (n *Node) template(key string) Template { return Template{"/" + key, n.Text(key)} }
