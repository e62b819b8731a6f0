package digest

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// isNodeState recognises the editor's run-time fields of a node: what it saves into a flow
// while it shows or runs it, and nobody writes.
func isNodeState(key string) bool {
	switch key {
	case "selected", "dragging", "measured", "positionAbsolute", "width", "height":
		return true
	}
	return false
}

// dataState lists the run-time fields of a node's data.
func dataState(t flow.NodeType) []string {
	switch t {
	case flow.Output:
		return []string{"status", "error", "value", "iterationResults", "fileId", "fileType"}
	case flow.Loop, flow.Merge, flow.Knowledge, flow.WebSearch:
		return []string{"status", "error", "result", "results", "currentIteration"}
	}
	return []string{"status", "error"}
}

// WithoutState takes the editor's run-time fields out of a flow and rounds the
// positions of its nodes to whole pixels, so that a flow that was only looked at
// or run is still the same. The given flow is left as it is.
func WithoutState(s flow.Spec) flow.Spec {
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		cleanNode(&s.Nodes[i])
	}
	s.Edges = slices.Clone(s.Edges)
	for i := range s.Edges {
		s.Edges[i].SetUnknown("selected", nil)
	}
	return s
}

func cleanNode(n *flow.Node) {
	for _, m := range n.Unknown() {
		if isNodeState(m.Key) {
			n.SetUnknown(m.Key, nil)
		}
	}
	if state := dataState(n.Type); rawjson.HasKey(n.Data, state...) {
		data, err := rawjson.ParseObject(n.Data)
		if err == nil {
			data = slices.DeleteFunc(data, func(m rawjson.Member) bool { return slices.Contains(state, m.Key) })
			n.Data = data.AppendJSON(nil)
		}
	}
	n.Position = roundPosition(n.Position)
}

// roundPosition rounds x and y; whatever else there is stays.
func roundPosition(raw json.RawMessage) json.RawMessage {
	if !bytes.ContainsAny(raw, ".eE") && !bytes.Contains(raw, []byte("-0")) { // what is whole already needs no closer look
		return raw
	}
	at, err := rawjson.ParseObject(raw)
	if err != nil {
		return raw
	}
	changed := false
	for _, key := range []string{"x", "y"} {
		v, ok := at.Get(key)
		if rounded := roundNumber(v); ok && string(rounded) != string(v) {
			at.Set(key, rounded)
			changed = true
		}
	}
	if !changed {
		return raw
	}
	return at.AppendJSON(nil)
}

// maxExact is the largest float64 below which every whole number is one.
const maxExact = 1 << 53

// roundNumber returns a JSON number without its fraction. What is none, or too
// large to be exact, stays.
func roundNumber(raw json.RawMessage) json.RawMessage {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(f) >= maxExact || math.IsNaN(f) {
		return raw
	}
	return strconv.AppendInt(nil, int64(math.Round(f)), 10)
}
