package client

import (
	"encoding/json"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Patch is a change of a flow. What is nil stays as it is.
type Patch struct {
	Name          *string
	Description   *string // "" empties it
	NoDescription bool    // without Description: null; Open WebUI has "" then, it cannot go back to null
	Nodes         []flow.Node
	Edges         []flow.Edge
	Meta          json.RawMessage
	AccessControl json.RawMessage // [flow.Public] is refused by Open WebUI once a flow was not public
	Unknown       flow.Object     // further top-level fields; null takes one out, on flowctl's server
}

// Replace returns the patch that makes a flow equal to spec: use it to write a flow that was
// read and changed. Meta, access control
// and unknown fields that spec does not have stay as they are.
func Replace(spec flow.Spec) Patch {
	authored(&spec)
	p := Patch{
		Name:          &spec.Name,
		Nodes:         spec.Nodes,
		Edges:         spec.Edges,
		Meta:          spec.Meta,
		AccessControl: spec.AccessControl,
	}
	p.Unknown = spec.Unknown()
	doc, _ := rawjson.ParseObject(withLists(spec))
	if raw, ok := doc.Get("description"); ok && string(raw) != "null" {
		p.Description = &spec.Description
	} else {
		p.NoDescription = true
	}
	// Lists that were never set are empty ones; what is not a list at all goes as it
	// is, for the server to refuse.
	if p.Nodes == nil {
		p.setList(doc, "nodes", func() { p.Nodes = []flow.Node{} })
	}
	if p.Edges == nil {
		p.setList(doc, "edges", func() { p.Edges = []flow.Edge{} })
	}
	return p
}

func (p *Patch) setList(doc flow.Object, key string, empty func()) {
	if raw, ok := doc.Get(key); ok && string(raw) != "[]" {
		p.Unknown.Set(key, raw)
		return
	}
	empty()
}

// authored takes out of spec what only a server sets.
func authored(spec *flow.Spec) {
	for _, key := range []string{"id", "user_id", "created_at", "updated_at"} {
		spec.SetUnknown(key, nil)
	}
}

// withLists is spec's JSON with nodes and edges, which servers ask for.
func withLists(spec flow.Spec) []byte {
	text := spec.AppendJSON(nil)
	if spec.Nodes != nil && spec.Edges != nil {
		return text
	}
	doc, err := rawjson.ParseObject(text)
	if err != nil {
		return text // no object: the server says so
	}
	for _, key := range []string{"nodes", "edges"} {
		if _, ok := doc.Get(key); !ok {
			doc.Set(key, json.RawMessage("[]"))
		}
	}
	return doc.AppendJSON(nil)
}

// appendJSON appends the body of an update.
func (p Patch) appendJSON(dst []byte) []byte {
	var doc flow.Object
	set := func(key string, v json.RawMessage) {
		if v != nil {
			doc.Set(key, v)
		}
	}
	set("name", quote(p.Name))
	set("description", quote(p.Description))
	if p.NoDescription && p.Description == nil {
		set("description", json.RawMessage("null"))
	}
	set("nodes", list(p.Nodes))
	set("edges", list(p.Edges))
	set("meta", p.Meta)
	set("access_control", p.AccessControl)
	for _, m := range p.Unknown {
		set(m.Key, m.Value)
	}
	return doc.AppendJSON(dst)
}

func quote(s *string) json.RawMessage {
	if s == nil {
		return nil
	}
	text, _ := json.Marshal(*s) // cannot fail
	return text
}

// list is the JSON of a list, nil for none.
func list[T interface{ AppendJSON([]byte) []byte }](items []T) json.RawMessage {
	if items == nil {
		return nil
	}
	text := []byte{'['}
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = item.AppendJSON(text)
	}
	return append(text, ']')
}
