package share

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The rights in access_control, which are independent of each other.
const (
	read  = "read"
	write = "write"
)

// access is an access_control that is not public. Members that are not changed stay as they are.
type access struct{ doc flow.Object }

func parseAccess(raw json.RawMessage) (*access, error) {
	if _, err := flow.ParseAccess(raw); err != nil {
		return nil, fmt.Errorf("%w; 'flowctl update --access private' replaces it", err)
	}
	doc, err := rawjson.ParseObject(raw)
	return &access{doc}, err
}

func (a *access) json() json.RawMessage { return a.doc.AppendJSON(nil) }

func listKey(w lookup.Who) string {
	if w.Group {
		return "group_ids"
	}
	return "user_ids"
}

// grant returns the object of a right, empty if there is none.
func (a *access) grant(right string) flow.Object {
	raw, _ := a.doc.Get(right)
	if rawjson.IsAbsent(raw) {
		return nil
	}
	grant, _ := rawjson.ParseObject(raw) // an object: it was checked
	return grant
}

// ids returns the list of a right in which w stands, or may.
func ids(grant flow.Object, w lookup.Who) []json.RawMessage {
	raw, _ := grant.Get(listKey(w))
	if rawjson.IsAbsent(raw) {
		return nil
	}
	return rawjson.Elements(raw)
}

func is(w lookup.Who) func(json.RawMessage) bool {
	return func(id json.RawMessage) bool { return rawjson.Text(id) == w.ID }
}

func (a *access) has(right string, w lookup.Who) bool {
	return slices.ContainsFunc(ids(a.grant(right), w), is(w))
}

// add gives a right to somebody who does not have it.
func (a *access) add(right string, w lookup.Who) {
	if a.has(right, w) {
		return
	}
	id, _ := json.Marshal(w.ID) // cannot fail
	grant := a.grant(right)
	a.set(right, grant, w, append(ids(grant, w), id))
}

// remove takes a right away.
func (a *access) remove(right string, w lookup.Who) {
	if a.has(right, w) {
		grant := a.grant(right)
		a.set(right, grant, w, slices.DeleteFunc(ids(grant, w), is(w)))
	}
}

func (a *access) set(right string, grant flow.Object, w lookup.Who, ids []json.RawMessage) {
	text, _ := json.Marshal(ids) // of JSON
	grant.Set(listKey(w), text)
	a.doc.Set(right, grant.AppendJSON(nil))
}

// clear takes everybody's rights away.
func (a *access) clear() {
	for _, right := range []string{read, write} {
		grant := slices.DeleteFunc(slices.Clone(a.grant(right)), func(m rawjson.Member) bool { return m.Key == "user_ids" || m.Key == "group_ids" })
		if a.doc.Set(right, grant.AppendJSON(nil)); len(grant) == 0 {
			a.doc = slices.DeleteFunc(a.doc, func(m rawjson.Member) bool { return m.Key == right })
		}
	}
}

// named returns who stands in a flow's access_control, each once, users first.
func named(a flow.Access) (all []lookup.Who) {
	add := func(group bool, ids []string) {
		for _, id := range ids {
			if w := (lookup.Who{Group: group, ID: id}); !slices.ContainsFunc(all, func(o lookup.Who) bool { return o.Group == group && o.ID == id }) {
				all = append(all, w)
			}
		}
	}
	add(false, a.Read.UserIDs)
	add(false, a.Write.UserIDs)
	add(true, a.Read.GroupIDs)
	add(true, a.Write.GroupIDs)
	return all
}
