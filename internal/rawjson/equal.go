package rawjson

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Equal reports whether two valid JSON texts mean the same: objects whatever the order of
// their keys, strings whatever their escapes, numbers by their exact value, so that 1e2
// equals 100.0, which is how Open WebUI returns it. Two absent values are equal too.
func Equal(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || bytes.Equal(AppendMeaning(nil, a), AppendMeaning(nil, b))
}

// Trim cuts off the white space around a value.
func Trim(raw json.RawMessage) json.RawMessage { return bytes.Trim(raw, " \n\r\t") }

func isNumber(raw json.RawMessage) bool { return raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9' }

// Elements returns the values of an array.
func Elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	Each(raw, func(_ int, elem json.RawMessage) { list = append(list, elem) })
	return list
}

// Each calls f for each element of an array, without a list of them.
func Each(raw json.RawMessage, f func(i int, elem json.RawMessage)) {
	s := Scan(raw)
	i := 0
	_ = s.Array(func() error {
		start := s.Pos
		if err := s.Value(); err != nil {
			return err
		}
		f(i, s.From(start))
		i++
		return nil
	}) // what cannot be scanned ends the array; callers pass valid JSON
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
