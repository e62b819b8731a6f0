package rawjson

import (
	"encoding/json"
	"slices"
)

// Object is a JSON object with its members in the order in which they were
// written. The zero value is an object without members.
type Object []Member

// Member is one key of an [Object] and its value as JSON text.
type Member struct {
	Key   string
	Value json.RawMessage

	spelt []byte // the key as it was written, quotes included; nil for a new one
}

// ParseObject reads one JSON object. The values share data's memory. The error
// is a *[SyntaxError], or another one if data is valid JSON but not an object.
func ParseObject(data []byte) (Object, error) {
	if err := CheckUTF8(data); err != nil {
		return nil, err
	}
	s := NewScanner(data)
	s.Space()
	if s.Pos < len(data) && data[s.Pos] != '{' {
		return nil, s.Fail("unexpected " + s.Found() + ", want an object")
	}
	o := make(Object, 0, 8)
	if err := s.Document(func(key []byte) error { return s.Member(&o, key) }); err != nil {
		return nil, err
	}
	return o, nil
}

// Document scans a whole text, which has to be one object.
func (s *Scanner) Document(member func(key []byte) error) error {
	if s.Space(); s.Pos == len(s.data) {
		return s.Fail("empty JSON text")
	}
	if err := s.Object(member); err != nil {
		return err
	}
	return s.End()
}

// Member scans a value and appends it to o.
func (s *Scanner) Member(o *Object, key []byte) error {
	start := s.Pos
	err := s.Value()
	*o = append(*o, NewMember(key, s.From(start)))
	return err
}

// NewMember returns a member whose key has the spelling of a string token.
func NewMember(key []byte, value json.RawMessage) Member {
	return Member{Key: Text(key), Value: value, spelt: key}
}

// Get returns the value of key, and whether there is one.
func (o Object) Get(key string) (json.RawMessage, bool) {
	for _, m := range o {
		if m.Key == key {
			return m.Value, true
		}
	}
	return nil, false
}

// Getter returns a function like [Object.Get] that takes constant time. It does not see later
// changes of the object.
func (o Object) Getter() func(key string) (json.RawMessage, bool) {
	const few = 16
	if len(o) <= few {
		return o.Get
	}
	at := make(map[string]int, len(o))
	for i, m := range o {
		if _, double := at[m.Key]; !double {
			at[m.Key] = i
		}
	}
	return func(key string) (json.RawMessage, bool) {
		i, ok := at[key]
		if !ok {
			return nil, false
		}
		return o[i].Value, true
	}
}

// Set replaces the value of key in its place, or appends a member.
func (o *Object) Set(key string, v json.RawMessage) {
	for i := range *o {
		if (*o)[i].Key == key {
			(*o)[i].Value = v
			return
		}
	}
	*o = append(*o, Member{Key: key, Value: v})
}

// First moves the members with the given keys to the front, in that order, and spells these
// keys without escapes.
func (o Object) First(keys ...string) {
	rank := func(m Member) int {
		if i := slices.Index(keys, m.Key); i >= 0 {
			return i
		}
		return len(keys)
	}
	for i, m := range o {
		if slices.Contains(keys, m.Key) {
			o[i].spelt = nil
		}
	}
	slices.SortStableFunc(o, func(a, b Member) int { return rank(a) - rank(b) })
}

// With returns a copy of o in which key has the value v; nil removes it.
func With(o Object, key string, v json.RawMessage) Object {
	c := slices.DeleteFunc(slices.Clone(o), func(m Member) bool { return v == nil && m.Key == key })
	if v != nil {
		c.Set(key, v)
	}
	return c
}

// find returns the index of the member with m's key, -1 if there is none. Decoded lone
// surrogates are all the same, so that it compares the spelling first.
func (o Object) find(m Member) int {
	return slices.IndexFunc(o, func(n Member) bool {
		return n.Key == m.Key && (m.spelt == nil || n.spelt == nil || isSameKey(m.spelt, n.spelt))
	})
}

// Finder returns a function like [Object.find] that takes constant time.
func Finder(o Object) func(m Member) int {
	const few = 16
	if len(o) <= few {
		return o.find
	}
	at := make(map[string][]int, len(o))
	for i, m := range o {
		at[m.Key] = append(at[m.Key], i)
	}
	return func(m Member) int {
		for _, i := range at[m.Key] {
			if o[i:i+1].find(m) == 0 {
				return i
			}
		}
		return -1
	}
}

// AppendJSON appends the object as compact JSON.
func (o Object) AppendJSON(dst []byte) []byte {
	return AppendObject(dst, o, nil, nil)
}

// MarshalJSON returns what AppendJSON appends.
func (o Object) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON reads an object; see [ParseObject].
func (o *Object) UnmarshalJSON(data []byte) error {
	read, err := ParseObject(slices.Clone(data))
	*o = read
	return err
}

// Size returns about how many bytes the object has as JSON, for the capacity of a buffer.
func Size(o Object) int {
	const around = 8 // quotes, colon, comma and what else stands between
	n := 2
	for _, m := range o {
		n += len(m.Key) + len(m.Value) + around
	}
	return n
}
