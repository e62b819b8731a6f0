package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/order"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// Validate reports all that is wrong with the flow, in the order of the text:
// the flow itself, its nodes, its edges; then what concerns the whole graph.
// Without errors the flow can be stored and run as it is meant; what only a run
// can tell (does the model exist?) is not looked at.
func Validate(s Spec) []Problem {
	v := validator{spec: s, index: make(map[string]int, len(s.Nodes))}
	for i, n := range slices.Backward(s.Nodes) { // so that the first of an id stays
		if n.ID != "" {
			v.index[n.ID] = i
		}
	}
	v.flow()
	v.nodes()
	v.edges()
	v.cycles()
	return v.problems
}

// validator collects problems. It is at one place of the flow at a time.
type validator struct {
	spec       Spec
	index      map[string]int // of the nodes by id
	problems   []Problem
	node, edge string // id of the node or edge that it is in
	path       []step // to the value that it is at
}

func (v *validator) error(code, format string, args ...any) {
	v.report(code, SeverityError, format, args...)
}

func (v *validator) warn(code, format string, args ...any) {
	v.report(code, SeverityWarning, format, args...)
}

func (v *validator) report(code string, severity Severity, format string, args ...any) {
	v.problems = append(v.problems, Problem{
		Code: code, Severity: severity, Message: fmt.Sprintf(format, args...),
		Node: v.node, Edge: v.edge, Pointer: pointer(v.path),
	})
}

// errorIn is error for a member of the value that the validator is at.
func (v *validator) errorIn(key, code, format string, args ...any) {
	v.enter(step{key: key})
	v.error(code, format, args...)
	v.leave()
}

// flow looks at the fields of the flow itself.
func (v *validator) flow() {
	s := v.spec
	if s.isOther() {
		v.wrongType(s.was.other, object)
		return
	}
	name := s.was.get("name")
	switch missing := v.missing("name", s.Name, s.was.get); {
	case missing && rawjson.IsAbsent(name):
		v.warn(codeEmptyName, "the flow has no name")
	case missing, s.Name != "" && strings.TrimSpace(s.Name) == "":
		v.errorIn("name", codeEmptyName, "the name is blank")
	}
	v.storable("name", s.Name, name)
	v.missing("description", s.Description, s.was.get)
	v.storable("description", s.Description, s.was.get("description"))
	if nodes := s.was.get("nodes"); s.Nodes == nil && nodes != nil {
		v.errorIn("nodes", codeWrongType, "nodes must be an array, found %s", rawjson.Kind(nodes))
	} else if len(s.Nodes) == 0 {
		v.warn(codeNothingToRun, "the flow has no nodes")
	}
	if edges := s.was.get("edges"); s.Edges == nil && edges != nil {
		v.errorIn("edges", codeWrongType, "edges must be an array, found %s", rawjson.Kind(edges))
	}
	v.member("meta", s.Meta, object)
	if _, err := ParseAccess(s.AccessControl); err != nil {
		v.errorIn("access_control", codeBadAccessControl, "%v", err)
	}
	v.sizes()
}

// sizes reports the parts of the flow that are larger than flowctl's server takes.
func (v *validator) sizes() {
	s := v.spec
	most := func(key string, has, limit int, what string) {
		if has <= limit {
			return
		}
		if key != "" {
			v.enter(step{key: key})
			defer v.leave()
		}
		v.warn(codeTooLarge, "%s, and flowctl's server takes at most %d", fmt.Sprintf(what, has), limit)
	}
	most("name", len(s.Name), limits.Name, "the name has %d bytes")
	most("description", len(s.Description), limits.Description, "the description has %d bytes")
	if len(s.Meta) > limits.Meta {
		most("meta", len(rawjson.AppendCompact(nil, s.Meta)), limits.Meta, "meta has %d bytes")
	}
	if a, err := ParseAccess(s.AccessControl); err == nil {
		ids := len(a.Read.UserIDs) + len(a.Read.GroupIDs) + len(a.Write.UserIDs) + len(a.Write.GroupIDs)
		most("access_control", ids, limits.AccessIDs, "access_control has %d ids")
	}
	most("", len(s.Unknown()), limits.Unknown, "the flow has %d unknown fields")
}

// storable reports a text of the flow itself that a database refuses. was is what
// it was read from; now may be another text.
func (v *validator) storable(key, now string, was json.RawMessage) {
	switch {
	case strings.ContainsRune(now, 0):
		v.errorIn(key, codeBadText, "%s %s has NUL in it", key, quote(now))
	case len(was) > 0 && was[0] == '"' && rawjson.HasLoneSurrogate(was) && rawjson.IsText(was, now):
		v.errorIn(key, codeBadText, `%s %s has half a surrogate pair in it (an escape from \ud800 to \udfff without the other one)`, key, quote(now))
	}
}

func (v *validator) nodes() {
	v.enter(step{key: "nodes"})
	for i, n := range v.spec.Nodes {
		v.enter(step{index: i})
		v.node = n.ID
		if n.isOther() {
			v.wrongType(n.was, object)
		} else {
			v.oneNode(n)
		}
		if first, ok := v.index[n.ID]; ok && first != i {
			v.errorIn("id", codeDuplicateNodeID, "id %s is also that of /nodes/%d", quote(n.ID), first)
		}
		v.leave()
	}
	v.node = ""
	v.leave()
}

// oneNode looks at the fields of one node.
func (v *validator) oneNode(n Node) {
	if v.missing("id", n.ID, func(key string) json.RawMessage { return rawjson.Get(n.was, key) }) {
		v.error(codeEmptyNodeID, "the node has no id")
	}
	if v.missing("type", string(n.Type), func(key string) json.RawMessage { return rawjson.Get(n.was, key) }) {
		v.error(codeUnknownNodeType, "the node has no type, want one of %s", typeNames())
	} else if n.Type != "" && !slices.Contains(nodeTypes, n.Type) {
		v.errorIn("type", codeUnknownNodeType, "unknown node type %s, want one of %s", quote(string(n.Type)), typeNames())
	}
	v.member("position", n.Position, positionShape)
	v.member("data", n.Data, dataShape(n.Type))
}

func (v *validator) edges() {
	v.enter(step{key: "edges"})
	first := make(map[string]int, len(v.spec.Edges))
	for i, e := range v.spec.Edges {
		v.enter(step{index: i})
		v.edge = e.ID
		if e.isOther() {
			v.wrongType(e.was, object)
		} else {
			v.oneEdge(e)
		}
		if k, double := first[e.ID]; double {
			v.enter(step{key: "id"})
			v.warn(codeDuplicateEdgeID, "id %s is also that of /edges/%d", quote(e.ID), k)
			v.leave()
		} else if e.ID != "" {
			first[e.ID] = i
		}
		v.leave()
	}
	v.edge = ""
	v.leave()
}

// oneEdge looks at the fields of one edge.
func (v *validator) oneEdge(e Edge) {
	if v.missing("id", e.ID, func(key string) json.RawMessage { return rawjson.Get(e.was, key) }) {
		v.warn(codeEmptyEdgeID, "the edge has no id")
	}
	v.end("source", e.Source, e)
	v.end("target", e.Target, e)
	v.missing("sourceHandle", e.SourceHandle, func(key string) json.RawMessage { return rawjson.Get(e.was, key) })
	v.missing("targetHandle", e.TargetHandle, func(key string) json.RawMessage { return rawjson.Get(e.was, key) })
	if e.Source != "" && e.Source == e.Target {
		v.error(codeSelfLoop, "the edge leads from node %s to itself", quote(e.Source))
	}
	if e.SourceHandle == "" {
		return
	}
	i, ok := v.index[e.Source]
	if !ok {
		return
	}
	kind := v.spec.Nodes[i].Type
	if handles := kind.Handles(); len(handles) > 0 && !slices.Contains(handles, e.SourceHandle) {
		v.errorIn("sourceHandle", codeUnknownHandle, "%s node %s has no handle %s, want %s",
			kind, quote(e.Source), quote(e.SourceHandle), strings.Join(handles, " or "))
	}
}

// end looks at an edge's source or target.
func (v *validator) end(key, id string, e Edge) {
	if _, ok := v.index[id]; ok {
		return
	}
	if v.missing(key, id, func(key string) json.RawMessage { return rawjson.Get(e.was, key) }) {
		v.error(codeDanglingEdge, "the edge has no %s", key)
	} else if id != "" {
		v.errorIn(key, codeDanglingEdge, "%s %s is not a node of the flow", key, quote(id))
	}
}

// cycles reports each cycle once, at its first node. Edges from a node to itself
// were reported already.
func (v *validator) cycles() {
	edges := make([][2]int, 0, len(v.spec.Edges))
	for _, e := range v.spec.Edges {
		source, ok := v.index[e.Source]
		if target, ok2 := v.index[e.Target]; ok && ok2 {
			edges = append(edges, [2]int{source, target})
		}
	}
	v.enter(step{key: "nodes"})
	for _, nodes := range order.Cycles(len(v.spec.Nodes), edges) {
		ids := make([]string, len(nodes))
		for k, i := range nodes {
			ids[k] = v.spec.Nodes[i].ID
		}
		v.node = ids[0]
		v.enter(step{index: nodes[0]})
		v.error(codeCycle, "nodes %s lead to each other in a circle", quoteList(ids))
		v.leave()
	}
	v.leave()
}
