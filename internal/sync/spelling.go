package sync

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// keepSpelling returns s with the spelling of file for equal values: Open WebUI, for one,
// writes 1e2 as 100.0.
func keepSpelling(s, file flow.Spec) flow.Spec {
	s = keepEmptyData(s, file)
	s.Nodes = keepSpellingOfEach(s.Nodes, file.Nodes, func(n flow.Node) string { return n.ID }, func(n flow.Node) flow.Spec { return flow.Spec{Nodes: []flow.Node{n}} })
	s.Edges = keepSpellingOfEach(s.Edges, file.Edges, flow.Edge.Ends, func(e flow.Edge) flow.Spec { return flow.Spec{Edges: []flow.Edge{e}} })
	s.Meta, _ = keepSpellingOfValue(s.Meta, file.Meta)
	if s.AccessControl != nil && file.AccessControl != nil && flow.EqualAccess(s.AccessControl, file.AccessControl) {
		s.AccessControl = file.AccessControl
	} else {
		s.AccessControl, _ = keepSpellingOfValue(s.AccessControl, file.AccessControl)
	}
	fromFile := file.Unknown()
	for _, m := range s.Unknown() {
		was, _ := fromFile.Get(m.Key)
		value, _ := keepSpellingOfValue(m.Value, was)
		s.SetUnknown(m.Key, value)
	}
	return s
}

// keepSpellingOfEach is keepSpelling for nodes or edges, by their names in the file;
// of several with one name the first goes with the first, and so on.
func keepSpellingOfEach[T interface{ AppendJSON([]byte) []byte }](list, file []T, name func(T) string, alone func(T) flow.Spec) []T {
	there := make(map[string][]T, len(file))
	for _, v := range file {
		there[name(v)] = append(there[name(v)], v)
	}
	out := slices.Clone(list)
	for i, v := range out {
		left := there[name(v)]
		if len(left) == 0 {
			continue
		}
		was := left[0]
		there[name(v)] = left[1:]
		now, words := v.AppendJSON(nil), was.AppendJSON(nil)
		if bytes.Equal(now, words) {
			continue
		}
		mixed, same := keepSpellingOfValue(now, words)
		switch {
		case same, len(flow.Diff(alone(v), alone(was))) == 0:
			out[i] = was
		default:
			if err := json.Unmarshal(mixed, &out[i]); err != nil {
				out[i] = v
			}
		}
	}
	return out
}

// keepSpellingOfValue returns words if the two values are equal, as same reports, else now;
// of objects it does that member by member.
func keepSpellingOfValue(now, words json.RawMessage) (mixed json.RawMessage, same bool) {
	if bytes.Equal(now, words) {
		return words, true
	}
	o, errNow := rawjson.ParseObject(now)
	file, errFile := rawjson.ParseObject(words)
	if errNow != nil || errFile != nil {
		if rawjson.Equal(now, words) {
			return words, true
		}
		return now, false
	}
	there := make(map[string]json.RawMessage, len(file))
	for _, m := range file {
		there[m.Key] = m.Value
	}
	same = len(o) == len(file)
	for i, m := range o {
		was, ok := there[m.Key]
		if ok {
			o[i].Value, ok = keepSpellingOfValue(m.Value, was)
		}
		same = same && ok
	}
	if same {
		return words, true
	}
	return o.AppendJSON(nil), false
}

// keepEmptyData removes the empty data objects of nodes that have no data in the file from a
// stored flow: the editor adds one for its run-time state. The reverse is a difference: in
// the browser a node without data fails, and one with {} does not.
func keepEmptyData(s, file flow.Spec) flow.Spec {
	without := map[string]json.RawMessage{} // absent or null, by id
	seen := make(map[string]bool, len(file.Nodes))
	for _, n := range file.Nodes {
		if rawjson.IsAbsent(n.Data) && !seen[n.ID] {
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
		if data, ok := without[n.ID]; ok && rawjson.IsEmpty(n.Data) {
			n.Data = data
		}
	}
	return s
}
