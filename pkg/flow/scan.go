package flow

import (
	"fmt"
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
	if err := checkUTF8(data); err != nil {
		return err
	}
	s := newScanner(data)
	return s.text()
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

// scanner walks JSON text without decoding it. It is of no use after an error.
type scanner struct {
	data   []byte
	pos    int
	depth  int
	unique bool     // report duplicate keys
	keys   [][]byte // with unique, the keys so far of the objects around pos
}

// newScanner is for text that nobody has checked yet.
func newScanner(data []byte) scanner {
	return scanner{data: data, unique: true, keys: make([][]byte, 0, 16)}
}

// text scans one value with white space around it and nothing behind.
func (s *scanner) text() error {
	if s.space(); s.pos == len(s.data) {
		return s.fail("empty JSON text")
	}
	if err := s.value(); err != nil {
		return err
	}
	return s.end()
}

// end scans the white space behind the value.
func (s *scanner) end() error {
	if s.space(); s.pos < len(s.data) {
		return s.fail("unexpected " + s.found() + " after the JSON value")
	}
	return nil
}

func (s *scanner) fail(msg string) error {
	return &SyntaxError{Offset: int64(s.pos), Msg: msg}
}

// at tells whether c is the next byte.
func (s *scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// from gives the text from start to where the scanner is.
func (s *scanner) from(start int) []byte { return s.data[start:s.pos:s.pos] }

func (s *scanner) value() error {
	if s.pos >= len(s.data) {
		return s.fail("unexpected end of JSON text")
	}
	switch c := s.data[s.pos]; {
	case c == '{':
		return s.object(nil)
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

// enter moves over an opening bracket.
func (s *scanner) enter() error {
	if s.depth++; s.depth > MaxDepth {
		return s.fail(fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	s.pos++
	s.space()
	return nil
}

// next moves over the comma before another element, or over the closing
// bracket, which it reports as done.
func (s *scanner) next(closing byte) (done bool, err error) {
	s.space()
	switch {
	case s.at(closing):
		s.pos++
		s.depth--
		return true, nil
	case s.at(','):
		s.pos++
		s.space()
		return false, nil
	}
	return false, s.fail(fmt.Sprintf("unexpected %s, want ',' or '%c'", s.found(), closing))
}

// array scans an array. elem scans an element; nil is [scanner.value].
func (s *scanner) array(elem func() error) error {
	if elem == nil {
		elem = s.value
	}
	if err := s.enter(); err != nil {
		return err
	}
	if s.at(']') {
		_, err := s.next(']')
		return err
	}
	for {
		if err := elem(); err != nil {
			return err
		}
		if done, err := s.next(']'); done || err != nil {
			return err
		}
	}
}

// object scans an object. member scans the value of a member, whose key it gets
// as it is spelt, quotes included; nil is [scanner.value].
func (s *scanner) object(member func(key []byte) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.at('}') {
		_, err := s.next('}')
		return err
	}
	seen := keySet{first: len(s.keys)}
	for {
		key, err := s.key(&seen)
		if err != nil {
			return err
		}
		if member == nil {
			err = s.value()
		} else {
			err = member(key)
		}
		if err != nil {
			return err
		}
		if done, err := s.next('}'); done || err != nil {
			s.keys = s.keys[:seen.first]
			return err
		}
	}
}

// key scans a key and the colon behind it.
func (s *scanner) key(seen *keySet) ([]byte, error) {
	start := s.pos
	if !s.at('"') {
		return nil, s.fail("unexpected " + s.found() + ", want a key in quotes")
	}
	if err := s.str(); err != nil {
		return nil, err
	}
	key := s.from(start)
	if s.unique && !s.remember(key, seen) {
		s.pos = start
		return nil, s.fail(fmt.Sprintf("duplicate key %.80q", decodeString(key)))
	}
	if s.space(); !s.at(':') {
		return nil, s.fail("unexpected " + s.found() + ", want ':' after a key")
	}
	s.pos++
	s.space()
	return key, nil
}
