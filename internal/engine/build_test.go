package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// builder puts a flow together.
type builder struct{ nodes, edges [][]byte }

func newFlow() *builder { return &builder{} }

// node adds a node with data of that JSON.
func (b *builder) node(id string, t flow.NodeType, data string) *builder {
	b.nodes = append(b.nodes, fmt.Appendf(nil, `{"id":%s,"type":%q,"position":{"x":0,"y":0},"data":%s}`, quoted(id), t, data))
	return b
}

// edge adds an edge; handle "" is none.
func (b *builder) edge(source, target, handle string) *builder {
	e := fmt.Appendf(nil, `{"id":"e%d","source":%s,"target":%s`, len(b.edges), quoted(source), quoted(target))
	if handle != "" {
		e = fmt.Appendf(e, `,"sourceHandle":%q`, handle)
	}
	b.edges = append(b.edges, append(e, '}'))
	return b
}

// edges adds edges without handles, each "source>target".
func (b *builder) join(ids ...string) *builder {
	for i := 1; i < len(ids); i++ {
		b.edge(ids[i-1], ids[i], "")
	}
	return b
}

func (b *builder) spec() flow.Spec {
	text := fmt.Appendf(nil, `{"nodes":[%s],"edges":[%s]}`, bytes.Join(b.nodes, []byte(",")), bytes.Join(b.edges, []byte(",")))
	spec, err := flow.ParseSpec(text)
	if err != nil {
		panic(err) // a mistake of the test
	}
	return spec
}

func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

// named makes the semantics of that name.
func named(name string) func() engine.Semantics {
	semantics, err := browser.Named(name)
	if err != nil {
		panic(err) // a mistake of the test
	}
	return semantics
}
