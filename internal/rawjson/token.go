package rawjson

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// Found names what is at the current position for a message.
func (s *Scanner) Found() string {
	if s.Pos >= len(s.data) {
		return "end of JSON text"
	}
	r, _ := utf8.DecodeRune(s.data[s.Pos:])
	return fmt.Sprintf("character %q", r)
}

// Space moves over white space.
func (s *Scanner) Space() {
	for s.Pos < len(s.data) && isSpace(s.data[s.Pos]) {
		s.Pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (s *Scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.Pos:], []byte(word)) {
		return s.Fail("unexpected " + s.Found() + ", want a JSON value")
	}
	s.Pos += len(word)
	return nil
}

func (s *Scanner) str() error {
	data, pos := s.data, s.Pos+1 // after the opening quote
	for pos < len(data) {
		if pos+8 <= len(data) {
			plain := plainBytes(binary.LittleEndian.Uint64(data[pos:]))
			if pos += plain; plain == 8 {
				continue
			}
		}
		switch c := data[pos]; {
		case c == '"':
			s.Pos = pos + 1
			return nil
		case c == '\\':
			s.Pos = pos
			if err := s.escape(); err != nil {
				return err
			}
			pos = s.Pos
		case c < ' ':
			s.Pos = pos
			return s.Fail("control character in a string, want an escape such as \\n")
		default:
			pos++
		}
	}
	s.Pos = pos
	return s.Fail("unexpected end of JSON text in a string")
}

// plainBytes counts the bytes at the start of w, the first being the lowest, that
// are no quote, backslash or control character.
func plainBytes(w uint64) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	quote := w ^ '"'*ones
	slash := w ^ '\\'*ones
	// The high bit of (x-n)&^x is set in each byte x that is less than n, up to
	// 0x80. A borrow can set more of them, but only above such a byte.
	special := ((w-' '*ones)&^w | (quote-ones)&^quote | (slash-ones)&^slash) & highs
	return bits.TrailingZeros64(special) / 8
}

func (s *Scanner) escape() error {
	s.Pos++ // the backslash
	if s.Pos >= len(s.data) {
		return s.Fail("unexpected end of JSON text in a string")
	}
	switch s.data[s.Pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.Pos++
		return nil
	case 'u':
		s.Pos++
		for range 4 {
			if s.Pos >= len(s.data) || !isHex(s.data[s.Pos]) {
				return s.Fail("bad \\u escape: unexpected " + s.Found())
			}
			s.Pos++
		}
		return nil
	}
	return s.Fail("unknown escape: unexpected " + s.Found())
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *Scanner) number() error {
	if s.At('-') {
		s.Pos++
	}
	if s.At('0') {
		s.Pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.At('.') {
		s.Pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.At('e') || s.At('E') {
		s.Pos++
		if s.At('+') || s.At('-') {
			s.Pos++
		}
		return s.digits()
	}
	return nil
}

func (s *Scanner) digits() error {
	start := s.Pos
	for s.Pos < len(s.data) && '0' <= s.data[s.Pos] && s.data[s.Pos] <= '9' {
		s.Pos++
	}
	if s.Pos == start {
		return s.Fail("unexpected " + s.Found() + " in a number, want a digit")
	}
	return nil
}
