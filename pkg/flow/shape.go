package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// missing tells whether a text field is absent, null or empty. It reports one
// that was another value when the flow was read and has not been set since.
func (v *validator) missing(now string, was func(key string) json.RawMessage, key string, at place) bool {
	if now != "" {
		return false
	}
	raw := was(key)
	if !isAbsent(raw) && raw[0] != '"' {
		v.wrongType(raw, text, at, key)
		return false
	}
	return true
}

// value reports what does not have its shape. Absent values and null are fine.
func (v *validator) value(raw json.RawMessage, want shape, at place, name string) {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if isAbsent(raw) || want.first == "" {
		return
	}
	if strings.IndexByte(want.first, raw[0]) < 0 {
		v.wrongType(raw, want, at, name)
		return
	}
	s := scanner{data: raw}
	switch {
	case want.fields != nil:
		_ = s.object(func(key []byte) error { // Check tells what is wrong with the text
			start := s.pos
			err := s.value()
			if field, ok := want.field(key); ok && err == nil {
				key := decodeString(key)
				v.value(s.from(start), field, at.in(key), name+"."+key)
			}
			return err
		})
	case want.elem != nil:
		i := 0
		_ = s.array(func() error {
			start := s.pos
			err := s.value()
			if err == nil {
				index := strconv.Itoa(i)
				v.value(s.from(start), *want.elem, at.in(index), name+"["+index+"]")
			}
			i++
			return err
		})
	}
}

// field finds the shape of the field that a key names.
func (s shape) field(key []byte) (shape, bool) {
	if bytes.IndexByte(key, '\\') >= 0 {
		key = unescape(key)
	} else {
		key = key[1 : len(key)-1]
	}
	f, ok := s.fields[string(key)]
	return f, ok
}

func (v *validator) wrongType(raw json.RawMessage, want shape, at place, name string) {
	v.error(CodeWrongType, at, "%s must be %s, found %s", name, want.name, kindOf(raw))
}

// kindOf names the type of a JSON value for messages.
func kindOf(raw json.RawMessage) string {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f', 'n':
		return string(raw[:min(5, len(raw))])
	}
	return "a number"
}

// isAbsent tells null and nothing from values.
func isAbsent(raw json.RawMessage) bool { return len(raw) == 0 || raw[0] == 'n' }

// quote shows a text of the flow in a message, safe for terminals.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

func quoteList(ids []string) string {
	const most = 10
	var quoted []string
	for _, id := range ids[:min(most, len(ids))] {
		quoted = append(quoted, quote(id))
	}
	if more := len(ids) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), more)
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

func typeNames() string {
	var names []string
	for _, t := range NodeTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
