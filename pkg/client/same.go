package client

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/flowctl/flowctl/pkg/flow"
)

// sameContent tells whether the stored flow has is what came of sending sent.
// Meta is not compared, the real backend drops it; nor is an access control that
// was not sent.
func sameContent(has, sent flow.Spec) bool {
	return has.Name == sent.Name && has.Description == sent.Description &&
		(sent.AccessControl == nil || sameJSON(has.AccessControl, sent.AccessControl)) &&
		sameJSON(list(has.Nodes), list(sent.Nodes)) && sameJSON(list(has.Edges), list(sent.Edges))
}

// sameJSON compares two JSON texts by what they mean to the real backend, which
// re-spells numbers and makes null of those that are too big. Nothing is an empty
// list.
func sameJSON(a, b []byte) bool { return sameValue(decode(a), decode(b)) }

func decode(text []byte) any {
	if text == nil {
		text = []byte("[]")
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v) // was read before
	return v
}

func sameValue(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, v := range a {
			if w, ok := b[key]; !ok || !sameValue(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameValue(a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || number(a) == number(b)) || !ok && number(a) == nil
	case nil:
		b, ok := b.(json.Number)
		return !ok && any(b) != nil || ok && number(b) == nil
	}
	return a == b
}

// number is n as the real backend keeps it: nil if it is too big for it.
func number(n json.Number) any {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return nil
	}
	return f
}
