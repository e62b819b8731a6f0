package rawjson

import (
	"fmt"
	"unicode/utf8"
)

// MaxDepth is the deepest nesting of arrays and objects that is read: 1,000 levels, the limit
// of the API (openapi.yaml).
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

// Check returns the first fault of data as one JSON text: bad grammar,
// invalid UTF-8, nesting beyond [MaxDepth], or an object with the same key
// twice. The error is a *SyntaxError. Numbers of any size and lone surrogate
// escapes are fine: both are valid JSON.
func Check(data []byte) error {
	if err := CheckUTF8(data); err != nil {
		return err
	}
	s := NewScanner(data)
	return s.Text()
}

// CheckUTF8 returns a *[SyntaxError] at the first byte of data that is not UTF-8.
func CheckUTF8(data []byte) error {
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

// Scanner walks JSON text without decoding it. It must not be used after an error.
type Scanner struct {
	data   []byte
	Pos    int // of the next byte
	depth  int
	unique bool     // report duplicate keys
	keys   [][]byte // with unique, the keys so far of the objects around pos
}

// Scan returns a scanner for valid JSON.
func Scan(data []byte) Scanner { return Scanner{data: data} }

// NewScanner returns a scanner for text that may not be valid JSON.
func NewScanner(data []byte) Scanner {
	return Scanner{data: data, unique: true, keys: make([][]byte, 0, 16)}
}

// Text scans one value with white space around it and nothing after it.
func (s *Scanner) Text() error {
	if s.Space(); s.Pos == len(s.data) {
		return s.Fail("empty JSON text")
	}
	if err := s.Value(); err != nil {
		return err
	}
	return s.End()
}

// End scans the white space after the value.
func (s *Scanner) End() error {
	if s.Space(); s.Pos < len(s.data) {
		return s.Fail("unexpected " + s.Found() + " after the JSON value")
	}
	return nil
}

// Fail returns a *[SyntaxError] at the scanner's position.
func (s *Scanner) Fail(msg string) error {
	return &SyntaxError{Offset: int64(s.Pos), Msg: msg}
}

// Left returns the number of bytes that follow.
func (s *Scanner) Left() int { return len(s.data) - s.Pos }

// At reports whether c is the next byte.
func (s *Scanner) At(c byte) bool { return s.Pos < len(s.data) && s.data[s.Pos] == c }

// From returns the text from start to where the Scanner is.
func (s *Scanner) From(start int) []byte { return s.data[start:s.Pos:s.Pos] }

// Value scans one value.
func (s *Scanner) Value() error {
	if s.Pos >= len(s.data) {
		return s.Fail("unexpected end of JSON text")
	}
	switch c := s.data[s.Pos]; {
	case c == '{':
		return s.Object(nil)
	case c == '[':
		return s.Array(nil)
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
	return s.Fail("unexpected " + s.Found() + ", want a JSON value")
}

// enter moves over an opening bracket.
func (s *Scanner) enter() error {
	if s.depth++; s.depth > MaxDepth {
		return s.Fail(fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	s.Pos++
	s.Space()
	return nil
}

// next moves over the comma before the next element, or over the closing bracket; then done
// is true.
func (s *Scanner) next(closing byte) (done bool, err error) {
	s.Space()
	switch {
	case s.At(closing):
		s.Pos++
		s.depth--
		return true, nil
	case s.At(','):
		s.Pos++
		s.Space()
		return false, nil
	}
	return false, s.Fail(fmt.Sprintf("unexpected %s, want ',' or '%c'", s.Found(), closing))
}

// Array scans an array. elem scans an element; nil is [Scanner.Value].
func (s *Scanner) Array(elem func() error) error {
	if elem == nil {
		elem = s.Value
	}
	if err := s.enter(); err != nil {
		return err
	}
	if s.At(']') {
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

// Object scans an object. member scans the value of a member and gets the string token of its
// key; nil is [Scanner.Value].
func (s *Scanner) Object(member func(key []byte) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.At('}') {
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
			err = s.Value()
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

// key scans a key and the colon after it.
func (s *Scanner) key(seen *keySet) ([]byte, error) {
	start := s.Pos
	if !s.At('"') {
		return nil, s.Fail("unexpected " + s.Found() + ", want a key in quotes")
	}
	if err := s.str(); err != nil {
		return nil, err
	}
	key := s.From(start)
	if s.unique && !s.remember(key, seen) {
		s.Pos = start
		return nil, s.Fail(fmt.Sprintf("duplicate key %.80q", Text(key)))
	}
	if s.Space(); !s.At(':') {
		return nil, s.Fail("unexpected " + s.Found() + ", want ':' after a key")
	}
	s.Pos++
	s.Space()
	return key, nil
}
