package sync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Forward returns a flow of the files as the server is to have it. The given one
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

// Guess is an id, as it may be shown, for which a file may have two words, and nothing
// told which: the name that an environment has for it, which was taken, or the id itself.
type Guess struct{ Kind, ID, Name string }

// Backward returns a flow of the server as the files have it. What file, the flow's
// file as it is now, has at the same place stays if it still means the same; else what
// file has anywhere goes before what it has not, and a name before the id itself. Of
// several names that are as good as each other it cannot tell, and of an id that means
// another one in a file it cannot speak: that is the error.
func (e *Env) Backward(s, file flow.Spec) (flow.Spec, []Guess, error) {
	v := vocabulary{has: map[string]bool{}, here: map[string][]string{}}
	e.substitute(file, func(k kind, at, id string) string {
		v.has[k.what+"\x00"+id] = true
		at = k.what + "\x00" + at
		v.here[at] = append(v.here[at], id)
		return id
	})
	var failed error
	out := e.substitute(s, func(k kind, at, id string) string {
		word, err := v.of(e, k, at, id)
		if err != nil && failed == nil {
			failed = fmt.Errorf("flow %.80q: %w", s.Name, err)
		}
		return word
	})
	return out, v.guesses, failed
}

// vocabulary is what a file has for ids.
type vocabulary struct {
	has     map[string]bool     // by kind and word
	here    map[string][]string // by kind and place, in its order
	guesses []Guess
}

// of returns the word for an id at a place.
func (v *vocabulary) of(e *Env, k kind, at, id string) (string, error) {
	at = k.what + "\x00" + at
	if i := slices.IndexFunc(v.here[at], func(word string) bool { return k.forward(word) == id }); i >= 0 {
		word := v.here[at][i]
		v.here[at] = slices.Delete(v.here[at], i, i+1)
		return word, nil
	}
	known := func(word string) bool { return v.has[k.what+"\x00"+word] }
	itself := k.forward(id) == id
	var names []string
	for name, to := range k.names {
		if to == id {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 0 && !itself:
		return id, fmt.Errorf("no file can say %s, which the environment makes %s: it needs a name of its own among the %s", id, e.show(k.what, k.forward(id)), k.what)
	case len(names) == 0, itself && known(id) && !slices.ContainsFunc(names, known):
		return id, nil
	case slices.ContainsFunc(names, known):
		names = slices.DeleteFunc(names, func(name string) bool { return !known(name) })
	}
	if len(names) > 1 {
		return id, fmt.Errorf("%s may be %s: several %s of the environment mean it, and its file does not say which; write that into the file, and pull or export over it",
			e.show(k.what, id), strings.Join(names, " or "), k.what)
	}
	if itself && names[0] != id && (known(id) || !known(names[0])) {
		v.guesses = append(v.guesses, Guess{k.what, e.show(k.what, id), names[0]})
	}
	return names[0], nil
}

// substitute returns a copy of a flow in which to has had its say about every id that
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

// each replaces the elements of a list of ids.
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

// replaceMember replaces the value of one member of an object, if it has that.
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
