package flow

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// readFrom is the JSON that a value was read from: an object's members, or, for
// anything else, the text.
type readFrom struct {
	doc   Object
	other json.RawMessage
}

// read keeps data's JSON. The error is a *[SyntaxError].
func (r *readFrom) read(data []byte) error {
	*r = readFrom{}
	s := scanner{data: data, unique: true}
	s.space()
	if s.pos < len(data) && data[s.pos] == '{' {
		doc, err := s.wholeObject()
		r.doc = doc
		return err
	}
	r.other = data
	return s.text()
}

func (r *readFrom) get(key string) json.RawMessage {
	v, _ := r.doc.Get(key)
	return v
}

// set puts v under a key that is none of the known ones; nil takes it out. The
// members are copied first: values of the model are copied freely and share them.
func (r *readFrom) set(known []string, key string, v json.RawMessage) {
	if slices.Contains(known, key) {
		return
	}
	doc := make(Object, 0, len(r.doc)+1)
	for _, m := range r.doc {
		if m.Key != key {
			doc = append(doc, m)
		} else if v != nil {
			m.Value = v
			doc = append(doc, m)
			v = nil
		}
	}
	if v != nil {
		doc = append(doc, Member{Key: key, Value: v})
	}
	r.doc = doc
}

func (r readFrom) unknownKeys(known []string) []string {
	var keys []string
	for _, m := range r.doc {
		if !slices.Contains(known, m.Key) {
			keys = append(keys, m.Key)
		}
	}
	return keys
}

// parseList reads the elements of an array; nil if raw is none.
func parseList[T any](raw json.RawMessage, parse func([]byte) (T, error)) ([]T, error) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, nil
	}
	list := make([]T, 0, bytes.Count(raw, []byte(`"id"`)))
	var failed error
	s := scanner{data: raw}
	err := s.array(func(elem []byte) {
		item, err := parse(elem)
		if err != nil && failed == nil {
			failed = err
		}
		list = append(list, item)
	})
	if err == nil {
		err = failed
	}
	return list, err
}

func decodeInt(raw json.RawMessage) int64 {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0
	}
	return int64(f)
}

// putFunc appends the current value of a known field to dst. was is the JSON
// that the field was read from, nil if there was none; it is to be appended
// again, spelling and all, when it still says what the field says. keep is false
// when the field is to be left out.
type putFunc func(dst []byte, key string, was json.RawMessage) (out []byte, keep bool)

// appendMembers appends doc as an object in which put gives the values of the
// known keys: first the members of doc in their order, then the known keys that
// doc does not have.
func appendMembers(dst []byte, doc Object, known []string, put putFunc) []byte {
	dst = append(dst, '{')
	empty := len(dst)
	member := func(key string, spelt []byte, value func([]byte) ([]byte, bool)) {
		mark := len(dst)
		if mark > empty {
			dst = append(dst, ',')
		}
		if spelt != nil {
			dst = append(dst, spelt...)
		} else {
			dst = appendString(dst, key)
		}
		var keep bool
		if dst, keep = value(append(dst, ':')); !keep {
			dst = dst[:mark]
		}
	}
	for _, m := range doc {
		member(m.Key, m.spelt, func(d []byte) ([]byte, bool) {
			if slices.Contains(known, m.Key) {
				return put(d, m.Key, m.Value)
			}
			return AppendCompact(d, m.Value), true
		})
	}
	for _, key := range known {
		if _, ok := doc.Get(key); !ok {
			member(key, nil, func(d []byte) ([]byte, bool) { return put(d, key, nil) })
		}
	}
	return append(dst, '}')
}

// putString appends s, spelt as it was if it still says the same. An empty s
// does not make a member that was not there.
func putString(dst []byte, s string, was json.RawMessage) ([]byte, bool) {
	switch {
	case was != nil && decodeString(was) == s:
		return AppendCompact(dst, was), true
	case was == nil && s == "":
		return dst, false
	}
	return appendString(dst, s), true
}

// putRaw appends v; nil takes the member out.
func putRaw(dst []byte, v json.RawMessage) ([]byte, bool) {
	return AppendCompact(dst, v), v != nil
}

// putList appends list as an array. A value of another type stays while the list
// is empty.
func putList[T interface{ AppendJSON([]byte) []byte }](dst []byte, list []T, was json.RawMessage) ([]byte, bool) {
	if list == nil {
		return AppendCompact(dst, was), was != nil
	}
	dst = append(dst, '[')
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item.AppendJSON(dst)
	}
	return append(dst, ']'), true
}

// putInt appends n, spelt as it was if it still says the same.
func putInt(dst []byte, n int64, was json.RawMessage) ([]byte, bool) {
	switch {
	case was != nil && decodeInt(was) == n:
		return AppendCompact(dst, was), true
	case was == nil && n == 0:
		return dst, false
	}
	return strconv.AppendInt(dst, n, 10), true
}
