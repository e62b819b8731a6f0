package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Validate reports all that is wrong with the flow, in the order of the text:
// the flow itself, its nodes, its edges; then what concerns the whole graph.
// Without errors the flow can be stored and run as it is meant; what only a run
// can tell (does the model exist?) is not looked at.
func Validate(s Spec) []Problem {
	v := validator{spec: s, graph: NewGraph(s)}
	v.flow()
	v.nodes()
	v.edges()
	v.cycles()
	return v.problems
}

type validator struct {
	spec     Spec
	graph    *Graph
	problems []Problem
}

// place is what a problem concerns.
type place struct {
	node, edge string
	pointer    string
}

func (p place) in(key string) place {
	p.pointer += "/" + key
	return p
}

func (v *validator) report(code string, severity Severity, at place, format string, args ...any) {
	v.problems = append(v.problems, Problem{
		Code: code, Severity: severity, Message: fmt.Sprintf(format, args...),
		Node: at.node, Edge: at.edge, Pointer: at.pointer,
	})
}

func (v *validator) error(code string, at place, format string, args ...any) {
	v.report(code, SeverityError, at, format, args...)
}

func (v *validator) warn(code string, at place, format string, args ...any) {
	v.report(code, SeverityWarning, at, format, args...)
}

// flow looks at the fields of the flow itself.
func (v *validator) flow() {
	s := v.spec
	if s.isOther() {
		v.wrongType(s.was.other, object, place{}, "the flow")
		return
	}
	name := place{pointer: "/name"}
	switch noName := v.missing(s.Name, s.was.get, "name", name); {
	case noName && isAbsent(s.was.get("name")):
		v.warn(CodeEmptyName, place{}, "the flow has no name")
	case noName, s.Name != "" && strings.TrimSpace(s.Name) == "":
		v.error(CodeEmptyName, name, "name is blank")
	}
	v.missing(s.Description, s.was.get, "description", place{pointer: "/description"})
	if nodes := s.was.get("nodes"); s.Nodes == nil && !isAbsent(nodes) {
		v.value(nodes, array, place{pointer: "/nodes"}, "nodes")
	} else if len(s.Nodes) == 0 {
		v.warn(CodeNothingToRun, place{}, "the flow has no nodes")
	}
	if s.Edges == nil {
		v.value(s.was.get("edges"), array, place{pointer: "/edges"}, "edges")
	}
	v.value(s.Meta, object, place{pointer: "/meta"}, "meta")
	if _, err := ParseAccess(s.AccessControl); err != nil {
		v.error(CodeBadAccessControl, place{pointer: "/access_control"}, "%v", err)
	}
}

func (v *validator) nodes() {
	first := make(map[string]int, len(v.spec.Nodes))
	for i, n := range v.spec.Nodes {
		at := place{node: n.ID, pointer: "/nodes/" + strconv.Itoa(i)}
		if n.isOther() {
			v.wrongType(json.RawMessage(n.was), object, at, "the node")
			continue
		}
		v.node(n, at)
		if n.ID == "" {
			continue
		}
		if k, double := first[n.ID]; double {
			v.error(CodeDuplicateNodeID, at.in("id"), "id %s is also that of /nodes/%d", quote(n.ID), k)
		} else {
			first[n.ID] = i
		}
	}
}

// node looks at the fields of one node.
func (v *validator) node(n Node, at place) {
	if v.missing(n.ID, n.was.get, "id", at.in("id")) {
		v.error(CodeEmptyNodeID, at, "the node has no id")
	}
	if v.missing(string(n.Type), n.was.get, "type", at.in("type")) {
		v.error(CodeUnknownNodeType, at, "the node has no type, want one of %s", typeNames())
	} else if n.Type != "" && !n.Type.Known() {
		v.error(CodeUnknownNodeType, at.in("type"), "unknown node type %s, want one of %s", quote(string(n.Type)), typeNames())
	}
	v.value(n.Position, positionShape, at.in("position"), "position")
	v.value(n.Data, shape{name: object.name, first: object.first, fields: dataFields[n.Type]}, at.in("data"), "data")
}

func (v *validator) edges() {
	first := make(map[string]int, len(v.spec.Edges))
	for i, e := range v.spec.Edges {
		at := place{edge: e.ID, pointer: "/edges/" + strconv.Itoa(i)}
		if e.isOther() {
			v.wrongType(json.RawMessage(e.was), object, at, "the edge")
			continue
		}
		v.edge(e, at)
		if e.ID == "" {
			continue
		}
		if k, double := first[e.ID]; double {
			v.warn(CodeDuplicateEdgeID, at.in("id"), "id %s is also that of /edges/%d", quote(e.ID), k)
		} else {
			first[e.ID] = i
		}
	}
}

// edge looks at the fields of one edge.
func (v *validator) edge(e Edge, at place) {
	if v.missing(e.ID, e.was.get, "id", at.in("id")) {
		v.warn(CodeEmptyEdgeID, at, "the edge has no id")
	}
	v.end(e.Source, e, at, "source")
	v.end(e.Target, e, at, "target")
	v.missing(e.SourceHandle, e.was.get, "sourceHandle", at.in("sourceHandle"))
	v.missing(e.TargetHandle, e.was.get, "targetHandle", at.in("targetHandle"))
	if e.Source != "" && e.Source == e.Target {
		v.error(CodeSelfLoop, at, "the edge leads from node %s to itself", quote(e.Source))
	}
	source := v.graph.Node(e.Source)
	if source == nil || e.SourceHandle == "" {
		return
	}
	if handles := source.Type.Handles(); len(handles) > 0 && !slices.Contains(handles, e.SourceHandle) {
		v.error(CodeUnknownHandle, at.in("sourceHandle"), "%s node %s has no handle %s, want %s",
			source.Type, quote(e.Source), quote(e.SourceHandle), strings.Join(handles, " or "))
	}
}

// end looks at an edge's source or target.
func (v *validator) end(id string, e Edge, at place, key string) {
	if v.missing(id, e.was.get, key, at.in(key)) {
		v.error(CodeDanglingEdge, at, "the edge has no %s", key)
	} else if id != "" && v.graph.Node(id) == nil {
		v.error(CodeDanglingEdge, at.in(key), "%s %s is not a node of the flow", key, quote(id))
	}
}

// cycles reports each cycle once. Edges from a node to itself were reported
// already.
func (v *validator) cycles() {
	for _, ids := range v.graph.Cycles() {
		if len(ids) < 2 {
			continue
		}
		at := place{node: ids[0], pointer: "/nodes/" + strconv.Itoa(v.graph.index[ids[0]])}
		v.error(CodeCycle, at, "nodes %s lead to each other in a circle", quoteList(ids))
	}
}
