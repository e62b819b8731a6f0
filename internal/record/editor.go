package record

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf16"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// editorNode is what the editor keeps of a node: {...result, ...node.data}.
type editorNode struct {
	kind    flow.NodeType // "" for a node that the flow no longer has
	status  string        // "" for a node that did not run
	members flow.Object
	data    flow.Object // of the node as the flow has it now
}

func newEditorNode(value json.RawMessage, node *flow.Node) editorNode {
	var n editorNode
	n.members, _ = rawjson.ParseObject(value) // anything else has no members
	if v, ok := n.members.Get("status"); ok {
		_ = json.Unmarshal(v, &n.status) // "" if it is not text
	}
	switch {
	case node != nil:
		n.kind = node.Type
		n.data, _ = rawjson.ParseObject(node.Data)
	case n.has("format"):
		n.kind = flow.Output
	}
	return n
}

func (n editorNode) has(key string) bool {
	_, ok := n.members.Get(key)
	return ok
}

// failure is the error of a node whose status is "error".
func (n editorNode) failure() json.RawMessage {
	if said, ok := n.members.Get("error"); ok {
		return said
	}
	return json.RawMessage(`"the editor kept no reason"`)
}

// resultKeys are the members of a result by the type of its node, where that has
// any of its own.
func resultKeys(kind flow.NodeType) []string {
	switch kind {
	case flow.Output:
		return []string{"value", "iterationResults", "fileId", "fileType"}
	case flow.Knowledge:
		return []string{"chunks", "message", "count", "query", "knowledgeBase"}
	case flow.WebSearch:
		return []string{"query", "results", "count", "collection_name", "text"}
	case flow.Conditional:
		return []string{"condition", "result", "branch"}
	case flow.Loop:
		return []string{"iterations", "results"}
	}
	return nil
}

// isSet reports whether a result has more than the settings of its node that have
// the same names.
func isSet(kind flow.NodeType, result flow.Object) bool {
	proof := map[flow.NodeType][]string{
		flow.Output: {"value", "iterationResults", "fileId"}, flow.Knowledge: {"chunks"},
		flow.WebSearch: {"results"}, flow.Conditional: {"branch"}, flow.Loop: {"iterations"},
	}
	return slices.ContainsFunc(proof[kind], func(key string) bool {
		_, ok := result.Get(key)
		return ok
	})
}

// result is the node's result without its data; nil if there is none. What the
// editor has lost, such as a number, is none.
func (n editorNode) result() json.RawMessage {
	if spread := n.spread(); spread != nil {
		return spread
	}
	var result flow.Object
	if keys := resultKeys(n.kind); keys != nil {
		for _, key := range keys {
			if v, ok := n.members.Get(key); ok {
				result.Set(key, v)
			}
		}
		if !isSet(n.kind, result) {
			return nil
		}
		return result.AppendJSON(nil)
	}
	if n.kind == "" || n.kind == flow.Input {
		return nil // without the flow, settings and result cannot be told apart
	}
	for _, m := range n.members {
		_, setting := n.data.Get(m.Key)
		if !setting && !slices.Contains([]string{"label", "status", "error", "result", "currentIteration"}, m.Key) {
			result.Set(m.Key, m.Value)
		}
	}
	if len(result) == 0 {
		return nil
	}
	return result.AppendJSON(nil)
}

// spread is the text or list that the members "0", "1", … are the parts of, nil
// without any.
func (n editorNode) spread() json.RawMessage {
	var units []uint16
	list := []byte{'['}
	text := true
	count := 0
	for count < len(n.members) && n.members[count].Key == strconv.Itoa(count) { // they come first, in order
		v := n.members[count].Value
		if count > 0 {
			list = append(list, ',')
		}
		list = append(list, v...)
		unit, ok := unitOf(v)
		units, text = append(units, unit), text && ok
		count++
	}
	switch {
	case count == 0:
		return nil
	case !text:
		return append(list, ']')
	}
	said, _ := json.Marshal(string(utf16.Decode(units))) // a text can be written
	return said
}

// unitOf is the one UTF-16 unit that a JSON text holds, which may be half a
// character.
func unitOf(v json.RawMessage) (uint16, bool) {
	if len(v) == len(`"\ud83d"`) && v[0] == '"' && v[1] == '\\' && v[2] == 'u' {
		unit, err := strconv.ParseUint(string(v[3:7]), 16, 16)
		return uint16(unit), err == nil
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return 0, false
	}
	units := utf16.Encode([]rune(s))
	if len(units) != 1 {
		return 0, false
	}
	return units[0], true
}

// about is what the meta of a record has about a node.
func (n editorNode) about(made, failed bool) json.RawMessage {
	status := n.status
	switch {
	case failed:
		status = string(flow.RunError)
	case made:
		status = string(flow.RunSuccess)
	case status != string(flow.RunSuccess):
		status = "skipped"
	}
	text, _ := json.Marshal(map[string]string{"status": status}) // texts can be written
	return text
}
