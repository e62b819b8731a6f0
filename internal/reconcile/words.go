package reconcile

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// inWordsOf gives a flow in the words of its file: of what says the same there, but for
// the spelling, it has the file's. The real backend makes 100.0 of 1e2.
func inWordsOf(s, file flow.Spec) flow.Spec {
	s = dataAs(s, file)
	s.Nodes = eachInWords(s.Nodes, file.Nodes, func(n flow.Node) string { return n.ID }, func(n flow.Node) flow.Spec { return flow.Spec{Nodes: []flow.Node{n}} })
	s.Edges = eachInWords(s.Edges, file.Edges, flow.Edge.Ends, func(e flow.Edge) flow.Spec { return flow.Spec{Edges: []flow.Edge{e}} })
	s.Meta, s.AccessControl = inWords(s.Meta, file.Meta), inWords(s.AccessControl, file.AccessControl)
	for _, key := range s.UnknownKeys() {
		s.SetUnknown(key, inWords(s.Unknown(key), file.Unknown(key)))
	}
	return s
}

// eachInWords puts nodes or edges into the words of those with their names in the file.
// That changes nothing that they say, whichever of several with one name it is.
func eachInWords[T interface{ AppendJSON([]byte) []byte }](list, file []T, name func(T) string, alone func(T) flow.Spec) []T {
	there := make(map[string]T, len(file))
	for _, v := range slices.Backward(file) {
		there[name(v)] = v
	}
	out := slices.Clone(list)
	for i, v := range out {
		was, ok := there[name(v)]
		if !ok {
			continue
		}
		now, words := v.AppendJSON(nil), was.AppendJSON(nil)
		switch {
		case bytes.Equal(now, words):
		case len(flow.Diff(alone(v), alone(was), flow.DiffOptions{Layout: true})) == 0:
			out[i] = was
		default:
			if err := json.Unmarshal(inWords(now, words), &out[i]); err != nil {
				out[i] = v
			}
		}
	}
	return out
}

// inWords gives a value in the words of another one: as a whole if they say the same,
// else an object member by member.
func inWords(now, words json.RawMessage) json.RawMessage {
	if flow.Equal(now, words) {
		return words
	}
	o, err := flow.ParseObject(now)
	if err != nil {
		return now
	}
	file, err := flow.ParseObject(words)
	if err != nil {
		return now
	}
	for i, m := range o {
		if was, ok := file.Get(m.Key); ok {
			o[i].Value = inWords(m.Value, was)
		}
	}
	return o.AppendJSON(nil)
}

// dataAs takes out of a stored flow the data that says nothing, of nodes whose data the
// file leaves out: the editor makes an object of it to put its run-time state in. The
// other way round it is a difference: in the browser a node without data fails, and one
// with {} does not.
func dataAs(s, file flow.Spec) flow.Spec {
	without := map[string]json.RawMessage{} // absent or null, by id
	seen := make(map[string]bool, len(file.Nodes))
	for _, n := range file.Nodes {
		if isNone(n.Data) && !seen[n.ID] {
			without[n.ID] = n.Data
		} else {
			delete(without, n.ID)
		}
		seen[n.ID] = true
	}
	if len(without) == 0 {
		return s
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if data, ok := without[n.ID]; ok && (isNone(n.Data) || flow.Equal(n.Data, json.RawMessage("{}"))) {
			n.Data = data
		}
	}
	return s
}

func isNone(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }
