package flow

import "encoding/json"

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
	s := scanner{data: data, unique: true}
	if err := checkUTF8(data); err != nil {
		return nil, err
	}
	s.space()
	if s.pos < len(data) && data[s.pos] != '{' {
		return nil, s.fail("unexpected " + s.found() + ", want an object")
	}
	return s.wholeObject()
}

func (s *scanner) wholeObject() (Object, error) {
	if s.pos == len(s.data) {
		return nil, s.fail("empty JSON text")
	}
	o, err := s.object(make(Object, 0, 8))
	if err != nil {
		return nil, err
	}
	if s.space(); s.pos < len(s.data) {
		return nil, s.fail("unexpected " + s.found() + " after the JSON value")
	}
	return o, nil
}

// Get gives the value of key, and whether there is one.
func (o Object) Get(key string) (json.RawMessage, bool) {
	for _, m := range o {
		if m.Key == key {
			return m.Value, true
		}
	}
	return nil, false
}

// Set gives key the value v in its place, or appends it.
func (o *Object) Set(key string, v json.RawMessage) {
	for i := range *o {
		if (*o)[i].Key == key {
			(*o)[i].Value = v
			return
		}
	}
	*o = append(*o, Member{Key: key, Value: v})
}

// AppendJSON appends the object as compact JSON.
func (o Object) AppendJSON(dst []byte) []byte {
	return appendMembers(dst, o, nil, nil)
}

// MarshalJSON gives what AppendJSON appends.
func (o Object) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON reads an object; see [ParseObject].
func (o *Object) UnmarshalJSON(data []byte) error {
	read, err := ParseObject(append([]byte(nil), data...))
	*o = read
	return err
}
