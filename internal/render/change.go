package render

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/flowctl/flowctl/pkg/flow"
)

// longText is the length from which two texts are compared line by line.
const longText = 60

// text returns the value of a JSON string, and whether raw is one.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	return s, json.Unmarshal(raw, &s) == nil
}

// textDiff returns the lines that differ between two texts, as a unified diff
// without its head. ok is false when the change is none of two long texts.
func textDiff(c flow.Change) (lines []string, ok bool) {
	before, isText := text(c.Old)
	after, isTextToo := text(c.New)
	if !isText || !isTextToo || !isLong(before) && !isLong(after) {
		return nil, false
	}
	unified := diff.Diff("a", lineEnd(before), "b", lineEnd(after))
	for line := range bytes.Lines(unified) {
		lines = append(lines, strings.TrimRight(string(line), "\n"))
	}
	const head = 3 // "diff a b", "--- a", "+++ b"
	if len(lines) <= head {
		return nil, false // they differ in the last line break alone
	}
	return lines[head:], true
}

func isLong(s string) bool { return len(s) > longText || strings.Contains(s, "\n") }

func lineEnd(s string) []byte { return []byte(strings.TrimSuffix(s, "\n") + "\n") }

// whole reports whether the change adds or takes out a whole node or edge.
func whole(c flow.Change) bool { return (c.Node != "" || c.Edge != "") && c.Path == "" }

// nodeType returns the type of a node that was added or taken out.
func nodeType(raw json.RawMessage) flow.NodeType {
	var n flow.Node
	_ = n.UnmarshalJSON(raw) // what is not a node has no type
	return n.Type
}
