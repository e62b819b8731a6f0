package reconcile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Forward gives a flow of the files as the server is to have it. The given one
// stays as it is.
func (e *Env) Forward(s flow.Spec) flow.Spec {
	return e.substitute(s, func(k kind, _, id string) string { return k.forward(id) })
}

func (k kind) forward(id string) string {
	if to, ok := k.names[id]; ok {
		return to
	}
	return id
}

// Backward gives a flow of the server as the files have it. What file, the flow's
// file as it is now, has at the same place stays if it still means the same. Of
// several names that mean one id it takes else that which file has anywhere; without
// a file, or if it has none of them, it cannot tell, and that is the error.
func (e *Env) Backward(s, file flow.Spec) (flow.Spec, error) {
	has := map[string]bool{}
	here := map[string][]string{} // what stands at a place, in its order
	e.substitute(file, func(k kind, at, id string) string {
		has[k.what+"\x00"+id] = true
		at = k.what + "\x00" + at
		here[at] = append(here[at], id)
		return id
	})
	var unclear error
	out := e.substitute(s, func(k kind, at, id string) string {
		at = k.what + "\x00" + at
		same := func(name string) bool { return k.forward(name) == id }
		if i := slices.IndexFunc(here[at], same); i >= 0 {
			name := here[at][i]
			here[at] = slices.Delete(here[at], i, i+1)
			return name
		}
		var from []string
		for name, to := range k.names {
			if to == id {
				from = append(from, name)
			}
		}
		if len(from) > 1 {
			if known := slices.DeleteFunc(slices.Clone(from), func(name string) bool { return !has[k.what+"\x00"+name] }); len(known) > 0 {
				from = known
			}
		}
		slices.Sort(from)
		switch {
		case len(from) == 0:
			return id
		case len(from) > 1 && unclear == nil:
			unclear = fmt.Errorf("flow %.80q: %s may be %s: several %s of the environment mean it", s.Name, id, strings.Join(from, " or "), k.what)
		}
		return from[0]
	})
	return out, unclear
}

// substitute gives a copy of a flow in which to has had its say about every id that
// an environment can map; at is the place: a node's id, or a right. All else stays
// byte for byte.
func (e *Env) substitute(s flow.Spec, to func(k kind, at, id string) string) flow.Spec {
	kinds := e.kinds()
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		switch n := &s.Nodes[i]; n.Type {
		case flow.Model:
			n.Data = replaceMember(n.Data, "modelId", one(kinds[0], n.ID, to))
		case flow.Knowledge:
			n.Data = replaceMember(n.Data, "knowledgeBaseId", one(kinds[1], n.ID, to))
		}
	}
	for _, right := range []string{"read", "write"} {
		s.AccessControl = replaceMember(s.AccessControl, right, func(raw json.RawMessage) json.RawMessage {
			raw = replaceMember(raw, "group_ids", each(kinds[2], right, to))
			return replaceMember(raw, "user_ids", each(kinds[3], right, to))
		})
	}
	return s
}

// one replaces a value that is an id.
func one(k kind, at string, to func(k kind, at, id string) string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage {
		id := unquote(raw)
		if id == "" {
			return raw
		}
		if now := to(k, at, id); now != id {
			return flow.AppendString(nil, now)
		}
		return raw
	}
}

// each replaces the elements of a list of ids.
func each(k kind, at string, to func(k kind, at, id string) string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage {
		if len(raw) == 0 || raw[0] != '[' {
			return raw
		}
		list := []byte{'['}
		changed := false
		for i, span := range flow.Children(raw) {
			if i > 0 {
				list = append(list, ',')
			}
			was := raw[span.Start:span.End]
			now := one(k, at, to)(was)
			changed = changed || string(now) != string(was)
			list = append(list, now...)
		}
		if !changed {
			return raw
		}
		return append(list, ']')
	}
}

// replaceMember replaces the value of one member of an object, if it has that.
func replaceMember(raw json.RawMessage, key string, replace func(json.RawMessage) json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return raw
	}
	o, err := flow.ParseObject(raw)
	if err != nil {
		return raw
	}
	was, ok := o.Get(key)
	if !ok {
		return raw
	}
	now := replace(was)
	if string(now) == string(was) {
		return raw
	}
	o.Set(key, now)
	return o.AppendJSON(nil)
}
