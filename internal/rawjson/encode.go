package rawjson

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// PutFunc appends the current value of the known field i to dst. was is the JSON that the
// field was read from, nil if there was none; the function appends it unchanged if it still
// equals the field. keep is false if the field is to be left out.
type PutFunc func(dst []byte, i int, was json.RawMessage) (out []byte, keep bool)

// AppendObject appends an object with the members of doc, in their order; those with known
// keys get their current values, and known fields that doc lacks follow.
func AppendObject(dst []byte, doc Object, known []string, put PutFunc) []byte {
	dst = append(dst, '{')
	start := len(dst)
	var seen keyBits
	for _, m := range doc {
		i := slices.Index(known, m.Key)
		seen.add(i)
		dst = appendMember(dst, start, m, i, put)
	}
	return appendNew(dst, start, known, seen, put)
}

// AppendSource is AppendObject for the text of an object.
func AppendSource(dst []byte, src json.RawMessage, known []string, put PutFunc) []byte {
	dst = append(dst, '{')
	start := len(dst)
	var seen keyBits
	if IsObject(src) {
		s := Scan(src)
		_ = s.Object(func(key []byte) error { // the text is good: it was scanned before
			at := s.Pos
			err := s.Value()
			i := IndexKey(key, known)
			seen.add(i)
			dst = appendMember(dst, start, Member{spelt: key, Value: s.From(at)}, i, put)
			return err
		})
	}
	return appendNew(dst, start, known, seen, put)
}

// appendMember appends m to the object whose members start at start. i is the index of its
// key among the known ones, -1 if it is not one of them.
func appendMember(dst []byte, start int, m Member, i int, put PutFunc) []byte {
	mark := len(dst)
	if mark > start {
		dst = append(dst, ',')
	}
	if m.spelt != nil {
		dst = append(dst, m.spelt...)
	} else {
		dst = AppendString(dst, m.Key)
	}
	dst = append(dst, ':')
	if i < 0 {
		return AppendCompact(dst, m.Value)
	}
	dst, keep := put(dst, i, m.Value)
	if !keep {
		return dst[:mark]
	}
	return dst
}

// appendNew appends the known fields that were not seen, and ends the object.
func appendNew(dst []byte, start int, known []string, seen keyBits, put PutFunc) []byte {
	for i, key := range known {
		if !seen.has(i) {
			dst = appendMember(dst, start, Member{Key: key}, i, put)
		}
	}
	return append(dst, '}')
}

// keyBits is a set of indexes of known keys.
type keyBits uint16

func (b *keyBits) add(i int) {
	if i >= 0 {
		*b |= 1 << i
	}
}

func (b keyBits) has(i int) bool { return b&(1<<i) != 0 }

// PutString appends s, in the spelling of was if that is equal. An empty s does not add a
// member.
func PutString(dst []byte, s string, was json.RawMessage) ([]byte, bool) {
	switch {
	case was == nil && s == "":
		return dst, false
	case was != nil && IsText(was, s):
		return AppendCompact(dst, was), true
	}
	return AppendString(dst, s), true
}

// PutRaw appends v; nil leaves the member out.
func PutRaw(dst []byte, v json.RawMessage) ([]byte, bool) {
	return AppendCompact(dst, v), v != nil
}

// PutList appends list as an array. If list is nil the member is left out, unless its value
// was not an array: then it stays.
func PutList[T interface{ AppendJSON([]byte) []byte }](dst []byte, list []T, was json.RawMessage) ([]byte, bool) {
	if list == nil {
		if was == nil || was[0] == '[' {
			return dst, false
		}
		return AppendCompact(dst, was), true
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

// PutInt appends n, in the spelling of was if that is equal.
func PutInt(dst []byte, n int64, was json.RawMessage) ([]byte, bool) {
	switch {
	case was != nil && Int(was) == n:
		return AppendCompact(dst, was), true
	case was == nil && n == 0:
		return dst, false
	}
	return strconv.AppendInt(dst, n, 10), true
}

// Encode returns v as encoding/json writes it, but without escapes for HTML.
func Encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
