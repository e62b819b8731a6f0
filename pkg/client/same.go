package client

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// sameContent reports whether the stored flow has may be the result of sending sent.
// Meta is not compared, the real backend drops it; nor is an access control that
// was not sent.
func sameContent(has, sent flow.Spec) bool {
	return has.Name == sent.Name && has.Description == sent.Description &&
		(sent.AccessControl == nil || flow.EqualAccess(has.AccessControl, sent.AccessControl)) &&
		sameJSON(list(has.Nodes), list(sent.Nodes)) && sameJSON(list(has.Edges), list(sent.Edges))
}

// isDone reports whether a flow has all that the body of an update sets.
func isDone(has flow.Spec, body []byte) bool {
	now, _ := rawjson.ParseObject(has.AppendJSON(nil)) // was read
	sent, err := rawjson.ParseObject(body)
	for _, m := range sent {
		value, _ := now.Get(m.Key)
		if m.Key == "access_control" && flow.EqualAccess(value, m.Value) {
			continue
		}
		if !sameJSON(value, m.Value) && (value != nil || string(m.Value) != "null") {
			return false
		}
	}
	return err == nil
}

// sameJSON compares two JSON texts by what they mean to the real backend. Nothing
// is an empty list.
func sameJSON(a, b []byte) bool { return reflect.DeepEqual(meaning(a), meaning(b)) }

func meaning(text []byte) any {
	if text == nil {
		text = []byte("[]")
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v) // was read before
	return respelt(v)
}

// respelt makes of numbers in v what the real backend makes of them: it re-spells
// fractions and powers, has null for those that are too big, and keeps integers.
func respelt(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, elem := range v {
			v[key] = respelt(elem)
		}
	case []any:
		for i, elem := range v {
			v[i] = respelt(elem)
		}
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			return v
		}
		f, err := v.Float64()
		if err != nil {
			return nil
		}
		return f
	}
	return v
}
