package flow

import (
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// NodeType says what a node does. The nine types are the editor's own.
type NodeType string

// The node types.
const (
	Input       NodeType = "input"
	Model       NodeType = "model"
	Knowledge   NodeType = "knowledge"
	WebSearch   NodeType = "websearch"
	Transform   NodeType = "transform"
	Conditional NodeType = "conditional"
	Loop        NodeType = "loop"
	Merge       NodeType = "merge"
	Output      NodeType = "output"
)

//nolint:gochecknoglobals // a table that is only read
var nodeTypes = []NodeType{Input, Model, Knowledge, WebSearch, Transform, Conditional, Loop, Merge, Output}

// NodeTypes lists every known type in the order of the editor's palette.
func NodeTypes() []NodeType { return slices.Clone(nodeTypes) }

// decodeType is rawjson.Text that makes no new text for a known type: there are
// many nodes.
func decodeType(raw []byte) NodeType {
	for _, t := range nodeTypes {
		if len(raw) == len(t)+2 && string(raw[1:len(raw)-1]) == string(t) && raw[0] == '"' {
			return t
		}
	}
	return NodeType(rawjson.Text(raw))
}

// Handles lists the source handles that an edge from a node of type t may name: the two
// branches of a conditional, and of a loop "each" for its rounds and "done" for its
// result. Types without any do not look at an edge's handle.
func (t NodeType) Handles() []string {
	switch t {
	case Conditional:
		return []string{"true", "false"}
	case Loop:
		return []string{"each", "done"}
	}
	return nil
}
