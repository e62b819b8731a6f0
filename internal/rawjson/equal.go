package rawjson

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Equal reports whether two valid JSON texts say the same: objects whatever the
// order of their keys, strings whatever their escapes, numbers by their exact
// value, so that 1e2 equals 100.0, which is how the real backend returns it. Two
// absent values are equal too.
func Equal(a, b json.RawMessage) bool {
	a, b = Trim(a), Trim(b)
	if bytes.Equal(a, b) {
		return true
	}
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	switch {
	case a[0] == '{' && b[0] == '{':
		return equalObjects(a, b)
	case a[0] == '[' && b[0] == '[':
		return equalArrays(Elements(a), Elements(b))
	case a[0] == '"' && b[0] == '"':
		return bytes.Equal(Unescape(a), Unescape(b))
	case isNumber(a) && isNumber(b):
		return equalNumbers(string(a), string(b))
	}
	return false
}

// Trim cuts off the white space around a value.
func Trim(raw json.RawMessage) json.RawMessage { return bytes.Trim(raw, " \n\r\t") }

func isNumber(raw json.RawMessage) bool { return raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9' }

func equalObjects(a, b json.RawMessage) bool {
	left, errLeft := ParseObject(a)
	right, errRight := ParseObject(b)
	if errLeft != nil || errRight != nil || len(left) != len(right) {
		return false
	}
	get := right.Getter()
	for _, m := range left {
		v, ok := get(m.Key)
		if !ok || !Equal(m.Value, v) {
			return false
		}
	}
	return true
}

// Elements returns the values of an array.
func Elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	s := Scan(raw)
	_ = s.Array(func() error {
		start := s.Pos
		if err := s.Value(); err != nil {
			return err
		}
		list = append(list, s.From(start))
		return nil
	}) // what cannot be scanned ends the list; callers pass valid JSON
	return list
}

func equalArrays(a, b []json.RawMessage) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalNumbers(a, b string) bool {
	x, okX := decimalOf(a)
	y, okY := decimalOf(b)
	return okX && okY && x == y
}

// decimal is a number as its significant digits and the power of ten of the last
// one. Zero has no digits and, unlike in JavaScript, no sign.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// decimalOf reads a JSON number. It fails on exponents that no int holds.
func decimalOf(s string) (d decimal, ok bool) {
	s, d.negative = strings.CutPrefix(s, "-")
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return d, false
		}
		d.exponent = exponent
		s = s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	d.exponent -= len(fraction)
	d.digits = strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(d.digits, "0")
	d.exponent += len(d.digits) - len(short)
	if d.digits = short; short == "" {
		d = decimal{}
	}
	return d, true
}
