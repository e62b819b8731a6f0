package sync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Forward returns a copy of a file's flow with the server's ids in it, or s itself if e is
// nil.
func (e *Env) Forward(s flow.Spec) flow.Spec {
	if e == nil {
		return s
	}
	return e.substitute(s, func(k kind, _, id string) string { return k.forward(id) })
}

func (k kind) forward(id string) string {
	if to, ok := k.names[id]; ok {
		return to
	}
	return id
}

// Backward returns a stored flow with the names that the files use. Where file, the current
// flow of the file, has a name that still maps to the id, that name stays; otherwise the
// name is the only one that the environment maps to the id. It is an error if several names
// map to an id, or if the id itself is a name that maps to another id.
func (e *Env) Backward(s, file flow.Spec) (flow.Spec, error) {
	if e == nil {
		return s, nil
	}
	here := map[word][]string{} // the words of the file by kind and place, in its order
	e.substitute(file, func(k kind, at, id string) string {
		here[word{k.what, at}] = append(here[word{k.what, at}], id)
		return id
	})
	var failed error
	out := e.substitute(s, func(k kind, at, id string) string {
		words := here[word{k.what, at}]
		if i := slices.IndexFunc(words, func(word string) bool { return k.forward(word) == id }); i >= 0 {
			here[word{k.what, at}] = slices.Delete(slices.Clone(words), i, i+1)
			return words[i]
		}
		name, err := e.nameOf(k, id)
		if err != nil && failed == nil {
			failed = fmt.Errorf("flow %.80q: %w", s.Name, err)
		}
		return name
	})
	return out, failed
}

// nameOf returns the name of an id in new files.
func (e *Env) nameOf(k kind, id string) (string, error) {
	var names []string
	for name, to := range k.names {
		if to == id {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) > 1:
		return id, fmt.Errorf("%s may be %s: several %s of the environment mean it, and its file does not have one there; write that into the file, and pull or export over it",
			e.show(k.what, id), strings.Join(names, " or "), k.what)
	case k.forward(id) != id:
		return id, fmt.Errorf("no file can say %s, which the environment makes %s: it needs a name of its own among the %s", id, e.show(k.what, k.forward(id)), k.what)
	}
	return id, nil
}

// substitute returns a copy of a flow in which every id that an environment can map is
// replaced by to(kind, at, id); at is the id of its node, or the right that it is in.
// Everything else stays byte for byte.
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

// one returns a function that replaces a value that is an id.
func one(k kind, at string, to func(k kind, at, id string) string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage {
		id := rawjson.Text(raw)
		if id == "" {
			return raw
		}
		if now := to(k, at, id); now != id {
			return rawjson.AppendString(nil, now)
		}
		return raw
	}
}

// each returns a function that replaces the elements of a list of ids.
func each(k kind, at string, to func(k kind, at, id string) string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage {
		if len(raw) == 0 || raw[0] != '[' {
			return raw
		}
		list := []byte{'['}
		changed := false
		for i, span := range rawjson.Children(raw) {
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

// replaceMember replaces the value of key in an object, if there is one.
func replaceMember(raw json.RawMessage, key string, replace func(json.RawMessage) json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return raw
	}
	o, err := rawjson.ParseObject(raw)
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
