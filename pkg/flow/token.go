package flow

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// found names what is at the current position for a message.
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

func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.fail("unexpected " + s.found() + ", want a JSON value")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) str() error {
	data, pos := s.data, s.pos+1 // behind the opening quote
	for pos < len(data) {
		if pos+8 <= len(data) {
			plain := plainBytes(binary.LittleEndian.Uint64(data[pos:]))
			if pos += plain; plain == 8 {
				continue
			}
		}
		switch c := data[pos]; {
		case c == '"':
			s.pos = pos + 1
			return nil
		case c == '\\':
			s.pos = pos
			if err := s.escape(); err != nil {
				return err
			}
			pos = s.pos
		case c < ' ':
			s.pos = pos
			return s.fail("control character in a string, want an escape such as \\n")
		default:
			pos++
		}
	}
	s.pos = pos
	return s.fail("unexpected end of JSON text in a string")
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
	if s.at('-') {
		s.pos++
	}
	if s.at('0') {
		s.pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.at('.') {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
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
