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
// is a *[SyntaxError], or says that data is another JSON value.
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

// Document scans a text that is one object.
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

// NewMember returns a member whose key is spelt as in that string token.
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

// Getter returns a function that does what [Object.Get] does, and takes the same time
// however many members there are. It does not see later changes.
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

// Set sets the value of key where it stands, or appends a member.
func (o *Object) Set(key string, v json.RawMessage) {
	for i := range *o {
		if (*o)[i].Key == key {
			(*o)[i].Value = v
			return
		}
	}
	*o = append(*o, Member{Key: key, Value: v})
}

// First moves the members with the given keys to the front, in the order of the keys,
// which it spells plainly.
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

// With returns a copy of the object in which key has the value v; nil takes it out.
func With(o Object, key string, v json.RawMessage) Object {
	c := slices.DeleteFunc(slices.Clone(o), func(m Member) bool { return v == nil && m.Key == key })
	if v != nil {
		c.Set(key, v)
	}
	return c
}

// find returns the index of the member with m's key, -1 without one. Lone surrogates
// look alike once they are decoded, so spellings are compared first.
func (o Object) find(m Member) int {
	return slices.IndexFunc(o, func(n Member) bool {
		return n.Key == m.Key && (m.spelt == nil || n.spelt == nil || isSameKey(m.spelt, n.spelt))
	})
}

// Finder returns a function that returns the index of the member with m's key, -1
// without one. It takes the same time however many members there are. Lone surrogates
// look alike once they are decoded, so that spellings are compared first.
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

// Size is about how many bytes the object takes as it was read: a large one is
// encoded without growing the buffer again and again.
func Size(o Object) int {
	const around = 8 // quotes, colon, comma and what else stands between
	n := 2
	for _, m := range o {
		n += len(m.Key) + len(m.Value) + around
	}
	return n
}
