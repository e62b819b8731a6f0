package flow

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"
)

// putFunc appends the current value of a known field to dst. was is the JSON
// that the field was read from, nil if there was none; it is to be appended
// again, spelling and all, when it still says what the field says. keep is false
// when the field is to be left out.
type putFunc func(dst []byte, key string, was json.RawMessage) (out []byte, keep bool)

// appendMembers appends doc as an object in which put gives the values of the
// known keys: first the members of doc in their order, then the known keys that
// doc does not have.
func appendMembers(dst []byte, doc iter.Seq[Member], known []string, put putFunc) []byte {
	dst = append(dst, '{')
	empty := len(dst)
	member := func(m Member, isKnown bool) {
		mark := len(dst)
		if mark > empty {
			dst = append(dst, ',')
		}
		if m.spelt != nil {
			dst = append(dst, m.spelt...)
		} else {
			dst = AppendString(dst, m.Key)
		}
		dst = append(dst, ':')
		if !isKnown {
			dst = AppendCompact(dst, m.Value)
			return
		}
		var keep bool
		if dst, keep = put(dst, m.Key, m.Value); !keep {
			dst = dst[:mark]
		}
	}
	var seen uint // bit i: known[i] is in doc
	for m := range doc {
		i := slices.Index(known, m.Key)
		if i >= 0 {
			seen |= 1 << i
		}
		member(m, i >= 0)
	}
	for i, key := range known {
		if seen&(1<<i) == 0 {
			member(Member{Key: key}, true)
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
	return AppendString(dst, s), true
}

// putRaw appends v; nil takes the member out.
func putRaw(dst []byte, v json.RawMessage) ([]byte, bool) {
	return AppendCompact(dst, v), v != nil
}

// putList appends list as an array; nil takes it out, but leaves a value of
// another type.
func putList[T interface{ AppendJSON([]byte) []byte }](dst []byte, list []T, was json.RawMessage) ([]byte, bool) {
	if list == nil {
		return AppendCompact(dst, was), was != nil && was[0] != '['
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
