package flow

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// MaxDepth is the deepest nesting of arrays and objects that is read: 1,000
// levels, the limit of our API contract.
const MaxDepth = 1000

// SyntaxError is JSON text that cannot be read, or that would not mean the same
// to every reader (duplicate keys, invalid UTF-8).
type SyntaxError struct {
	Offset int64  // bytes from the start of the text to the offending byte
	Msg    string // what is wrong there, lower case
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset)
}

// Check reports the first thing wrong with data as one JSON text: bad grammar,
// invalid UTF-8, nesting beyond [MaxDepth], or an object with the same key
// twice. The error is a *SyntaxError. Numbers of any size and lone surrogate
// escapes are fine: both are valid JSON.
func Check(data []byte) error {
	s := scanner{data: data, unique: true}
	return s.text()
}

// scanner walks JSON text without decoding it.
type scanner struct {
	data   []byte
	pos    int
	depth  int
	unique bool // report duplicate keys
}

// text scans one value with white space around it and nothing behind.
func (s *scanner) text() error {
	if err := checkUTF8(s.data); err != nil {
		return err
	}
	s.space()
	if s.pos == len(s.data) {
		return s.fail("empty JSON text")
	}
	if err := s.value(); err != nil {
		return err
	}
	s.space()
	if s.pos < len(s.data) {
		return s.fail("unexpected " + s.found() + " after the JSON value")
	}
	return nil
}

func checkUTF8(data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return &SyntaxError{Offset: int64(i), Msg: "invalid UTF-8"}
		}
		i += n
	}
	return nil
}

func (s *scanner) fail(msg string) error {
	return &SyntaxError{Offset: int64(s.pos), Msg: msg}
}

// found names the byte at the current position for a message.
func (s *scanner) found() string {
	if s.pos >= len(s.data) {
		return "end of JSON text"
	}
	r, _ := utf8.DecodeRune(s.data[s.pos:])
	return fmt.Sprintf("character %q", r)
}

func (s *scanner) space() {
	for s.pos < len(s.data) && isSpace(s.data[s.pos]) {
		s.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (s *scanner) value() error {
	if s.pos >= len(s.data) {
		return s.fail("unexpected end of JSON text")
	}
	switch c := s.data[s.pos]; {
	case c == '{':
		_, err := s.object(nil)
		return err
	case c == '[':
		return s.array(nil)
	case c == '"':
		return s.str()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	return s.fail("unexpected " + s.found() + ", want a JSON value")
}

func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.fail("unexpected " + s.found() + ", want a JSON value")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) str() error {
	s.pos++ // the opening quote
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < ' ':
			return s.fail("control character in a string, want an escape such as \\n")
		default:
			s.pos++
		}
	}
	return s.fail("unexpected end of JSON text in a string")
}

func (s *scanner) escape() error {
	s.pos++ // the backslash
	if s.pos >= len(s.data) {
		return s.fail("unexpected end of JSON text in a string")
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return nil
	case 'u':
		s.pos++
		for range 4 {
			if s.pos >= len(s.data) || !isHex(s.data[s.pos]) {
				return s.fail("bad \\u escape: unexpected " + s.found())
			}
			s.pos++
		}
		return nil
	}
	return s.fail("unknown escape: unexpected " + s.found())
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) number() error {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.pos < len(s.data) && (s.data[s.pos] == 'e' || s.data[s.pos] == 'E') {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		return s.digits()
	}
	return nil
}

func (s *scanner) digits() error {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	if s.pos == start {
		return s.fail("unexpected " + s.found() + " in a number, want a digit")
	}
	return nil
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > MaxDepth {
		return s.fail(fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	s.pos++
	s.space()
	return nil
}

// array scans an array and calls each, if there is one, with every element's
// text.
func (s *scanner) array(each func(elem []byte)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.pos < len(s.data) && s.data[s.pos] == ']' {
		s.pos++
		return nil
	}
	for {
		start := s.pos
		if err := s.value(); err != nil {
			return err
		}
		if each != nil {
			each(s.data[start:s.pos:s.pos])
		}
		done, err := s.next(']')
		if done || err != nil {
			return err
		}
	}
}

// next moves over the comma before another element, or over the closing
// bracket, which it reports as done.
func (s *scanner) next(closing byte) (done bool, err error) {
	s.space()
	if s.pos < len(s.data) {
		switch s.data[s.pos] {
		case closing:
			s.pos++
			return true, nil
		case ',':
			s.pos++
			s.space()
			return false, nil
		}
	}
	return false, s.fail(fmt.Sprintf("unexpected %s, want ',' or '%c'", s.found(), closing))
}

// object scans an object and appends its members to dst, unless dst is nil.
func (s *scanner) object(dst Object) (Object, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer func() { s.depth-- }()
	if s.pos < len(s.data) && s.data[s.pos] == '}' {
		s.pos++
		return dst, nil
	}
	var keys keySet
	for {
		start := s.pos
		if s.pos >= len(s.data) || s.data[s.pos] != '"' {
			return nil, s.fail("unexpected " + s.found() + ", want a key in quotes")
		}
		if err := s.str(); err != nil {
			return nil, err
		}
		spelt := s.data[start:s.pos:s.pos]
		if s.unique && !keys.add(spelt) {
			s.pos = start
			return nil, s.fail(fmt.Sprintf("duplicate key %.80q", decodeString(spelt)))
		}
		s.space()
		if s.pos >= len(s.data) || s.data[s.pos] != ':' {
			return nil, s.fail("unexpected " + s.found() + ", want ':' after a key")
		}
		s.pos++
		s.space()
		start = s.pos
		if err := s.value(); err != nil {
			return nil, err
		}
		if dst != nil {
			dst = append(dst, Member{Key: decodeString(spelt), Value: s.data[start:s.pos:s.pos], spelt: spelt})
		}
		done, err := s.next('}')
		if done || err != nil {
			return dst, err
		}
	}
}

// keySet finds equal keys of one object: by comparing while there are few, with
// a map beyond that.
type keySet struct {
	few  [][]byte
	many map[string]struct{}
}

func (k *keySet) add(spelt []byte) bool {
	if bytes.IndexByte(spelt, '\\') >= 0 {
		spelt = appendString(nil, decodeString(spelt))
	}
	if k.many != nil {
		if _, ok := k.many[string(spelt)]; ok {
			return false
		}
		k.many[string(spelt)] = struct{}{}
		return true
	}
	if slices.ContainsFunc(k.few, func(b []byte) bool { return bytes.Equal(b, spelt) }) {
		return false
	}
	if k.few = append(k.few, spelt); len(k.few) == 16 {
		k.many = make(map[string]struct{}, 64)
		for _, b := range k.few {
			k.many[string(b)] = struct{}{}
		}
	}
	return true
}
