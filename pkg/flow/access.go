package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Access is the decoded access_control of a flow, as Open WebUI defines it.
type Access struct {
	Public bool // access_control is null: everybody may read
	Read   Grant
	Write  Grant
}

// Grant names who has a right.
type Grant struct {
	GroupIDs []string `json:"group_ids"`
	UserIDs  []string `json:"user_ids"`
}

// Private returns the access_control that lets nobody in but the owner.
func Private() json.RawMessage { return json.RawMessage(`{}`) }

// Public returns the access_control that lets everybody read.
func Public() json.RawMessage { return json.RawMessage(`null`) }

// ParseAccess reads an access_control value: null or nothing is public, {} is
// private, {"read":{"user_ids":[…],"group_ids":[…]},"write":{…}} names people.
// Other members mean nothing, keys in another case among them: backends do not
// look at them. The error says which part has the wrong type.
func ParseAccess(raw json.RawMessage) (Access, error) {
	if raw = bytes.TrimSpace(raw); rawjson.IsAbsent(raw) {
		return Access{Public: true}, nil
	}
	doc, err := accessObject(raw, "access_control")
	if err != nil {
		return Access{}, err
	}
	var a Access
	if a.Read, err = parseGrant(doc, "read"); err != nil {
		return Access{}, err
	}
	a.Write, err = parseGrant(doc, "write")
	return a, err
}

func parseGrant(access Object, key string) (Grant, error) {
	raw, _ := access.Get(key)
	if rawjson.IsAbsent(raw) {
		return Grant{}, nil
	}
	path := "access_control." + key
	doc, err := accessObject(raw, path)
	if err != nil {
		return Grant{}, err
	}
	var g Grant
	if g.GroupIDs, err = parseIDs(doc, path, "group_ids"); err != nil {
		return Grant{}, err
	}
	g.UserIDs, err = parseIDs(doc, path, "user_ids")
	return g, err
}

// EqualAccess reports whether two access_control values give the same rights: {} is
// what the Share window of Open WebUI writes as {"read":{"group_ids":[],"user_ids":[]},
// "write":{…}}, and the order of ids means nothing. Members without a meaning, and
// values that are not an access_control, are compared by what the JSON means.
func EqualAccess(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || rawjson.Equal(PlainAccess(a), PlainAccess(b))
}

// PlainAccess returns the shortest access_control that means the same rights: without
// what names nobody, ids in order. Members without a meaning stay, as does a value that
// is not an access_control.
func PlainAccess(raw json.RawMessage) json.RawMessage {
	if rawjson.IsAbsent(rawjson.Trim(raw)) {
		return Public()
	}
	if _, err := ParseAccess(raw); err != nil {
		return raw
	}
	return plainMembers(raw, []string{"read", "write"}, func(grant json.RawMessage) json.RawMessage {
		return plainMembers(grant, []string{"group_ids", "user_ids"}, plainIDs)
	})
}

// plainMembers returns an object in which each member of keys is what plain makes of it,
// and is left out if that is nothing.
func plainMembers(raw json.RawMessage, keys []string, plain func(json.RawMessage) json.RawMessage) json.RawMessage {
	o, err := rawjson.ParseObject(raw)
	if err != nil {
		return raw
	}
	out := make(Object, 0, len(o))
	for _, m := range o {
		if slices.Contains(keys, m.Key) {
			if rawjson.IsAbsent(m.Value) {
				continue
			}
			if m.Value = plain(m.Value); isNothing(m.Value) {
				continue
			}
		}
		out = append(out, m)
	}
	return out.AppendJSON(nil)
}

// isNothing reports whether a value names nobody.
func isNothing(raw json.RawMessage) bool { return string(raw) == "{}" || string(raw) == "[]" }

// plainIDs returns a list of strings in order, each once.
func plainIDs(raw json.RawMessage) json.RawMessage {
	ids := rawjson.Elements(raw)
	slices.SortFunc(ids, func(a, b json.RawMessage) int { return bytes.Compare(rawjson.Unescape(a), rawjson.Unescape(b)) })
	ids = slices.CompactFunc(ids, rawjson.Equal)
	return slices.Concat([]byte{'['}, bytes.Join(rawTexts(ids), []byte{','}), []byte{']'})
}

func rawTexts(list []json.RawMessage) [][]byte {
	texts := make([][]byte, len(list))
	for i, raw := range list {
		texts[i] = raw
	}
	return texts
}

const accessKey = "access_control"

// alignAccess sets two flows' fields to the same access_control if the rights are the
// same, and else the plain form of each, so that what differs is who has a right. It
// reports whether the rights are the same.
func alignAccess(from, to Object) bool {
	a, okA := from.Get(accessKey)
	b, okB := to.Get(accessKey)
	if !okA || !okB {
		return okA == okB
	}
	if EqualAccess(a, b) {
		to.Set(accessKey, a)
		return true
	}
	from.Set(accessKey, PlainAccess(a))
	to.Set(accessKey, PlainAccess(b))
	return false
}

// alignThree is alignAccess for a merge, in which a side that changed the rights keeps
// its spelling.
func alignThree(base, ours, theirs Object) {
	for _, pair := range [][2]Object{{ours, theirs}, {theirs, base}, {ours, base}} {
		if alignAccess(slices.Clone(pair[0]), slices.Clone(pair[1])) {
			alignAccess(pair[0], pair[1])
			return
		}
	}
	alignAccess(ours, theirs)
	alignAccess(ours, base)
}

func accessObject(raw json.RawMessage, path string) (Object, error) {
	if raw[0] != '{' {
		return nil, fmt.Errorf("%s must be an object, found %s", path, rawjson.Kind(raw))
	}
	doc, err := rawjson.ParseObject(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return doc, nil
}

func parseIDs(grant Object, path, key string) ([]string, error) {
	raw, _ := grant.Get(key)
	if rawjson.IsAbsent(raw) {
		return nil, nil
	}
	path += "." + key
	if raw[0] != '[' {
		return nil, fmt.Errorf("%s must be an array of strings, found %s", path, rawjson.Kind(raw))
	}
	var ids []string
	s := rawjson.Scan(raw)
	err := s.Array(func() error {
		start := s.Pos
		err := s.Value()
		if raw[start] != '"' {
			return fmt.Errorf("%s must hold strings, found %s", path, rawjson.Kind(s.From(start)))
		}
		ids = append(ids, rawjson.Text(s.From(start)))
		return err
	})
	return ids, err
}
