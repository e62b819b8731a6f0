package flow

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// missing reports whether a text field is absent, null or empty. now is its value.
// When that is empty, the field may have been another JSON value when the flow
// was read, which is reported.
func (v *validator) missing(key, now string, was func(key string) json.RawMessage) bool {
	if now != "" {
		return false
	}
	raw := was(key)
	if rawjson.IsAbsent(raw) || raw[0] == '"' {
		return true
	}
	v.member(key, raw, text)
	return false
}

// member looks at a member of the value that the validator is at.
func (v *validator) member(key string, raw json.RawMessage, want shape) {
	v.enter(step{key: key})
	v.value(raw, want)
	v.leave()
}

// value reports what does not have its shape. Absent values and null are fine.
func (v *validator) value(raw json.RawMessage, want shape) {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if rawjson.IsAbsent(raw) {
		return
	}
	if strings.IndexByte(want.first, raw[0]) < 0 {
		v.wrongType(raw, want)
		return
	}
	s := rawjson.Scan(raw)
	switch {
	case want.fields != nil:
		_ = s.Object(func(key []byte) error { // what is wrong with the text is not looked for here
			start := s.Pos
			err := s.Value()
			if i := want.field(key); i >= 0 && err == nil {
				v.member(want.fields[i].key, s.From(start), want.fields[i].shape)
			}
			return err
		})
	case want.elem != nil:
		i := 0
		_ = s.Array(func() error {
			start := s.Pos
			err := s.Value()
			if err == nil {
				v.enter(step{index: i})
				v.value(s.From(start), *want.elem)
				v.leave()
			}
			i++
			return err
		})
	}
}

func (v *validator) wrongType(raw json.RawMessage, want shape) {
	v.error(codeWrongType, "%s must be %s, found %s", pathName(v.path), want.name, rawjson.Kind(raw))
}
