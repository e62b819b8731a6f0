package js

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// isSpace reports whether r is JavaScript's white space or a line end. Unicode's own
// notion, which Go follows, has U+0085 and lacks U+FEFF.
func isSpace(r rune) bool {
	return slices.ContainsFunc(spaceSpans(), func(s span) bool { return s.low <= r && r <= s.high })
}

// Trim is s.trim().
func Trim(s string) string { return strings.TrimFunc(s, isSpace) }

// ToUpper is s.toUpperCase().
func ToUpper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s) // making a Caser costs more
	}
	return mapCase(s, cases.Upper(language.Und))
}

// ToLower is s.toLowerCase().
func ToLower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return mapCase(s, cases.Lower(language.Und))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mapCase applies c to the parts of s between lone surrogates, which it would
// replace.
func mapCase(s string, c cases.Caser) string {
	if utf8.ValidString(s) {
		return convert(s, c)
	}
	var b strings.Builder
	for len(s) > 0 {
		valid := 0
		for valid < len(s) {
			r, n := utf8.DecodeRuneInString(s[valid:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			valid += n
		}
		b.WriteString(convert(s[:valid], c))
		if s = s[valid:]; s != "" {
			b.WriteByte(s[0])
			s = s[1:]
		}
	}
	return b.String()
}

// convert is c.String(s) with all of the context: String goes on with a new buffer
// where the first is full, and so forgets that it was in a word, at whose end a
// Greek sigma has another form.
func convert(s string, c cases.Caser) string {
	dst := make([]byte, 3*len(s)+16) // no character becomes longer
	c.Reset()
	n, _, err := c.Transform(dst, []byte(s), true)
	if err != nil {
		return c.String(s)
	}
	return string(dst[:n])
}

// Substring is s.substring(0, end); end counts UTF-16 code units.
func Substring(s string, end int) string {
	if len(s) <= end {
		return s // there are no more units than bytes
	}
	units := toUnits(s)
	return fromUnits(units[:min(end, len(units))])
}

// toUnits returns the UTF-16 code units of s, each in a rune, which is the form
// that the regular expressions work on.
func toUnits(s string) []rune {
	units := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, n := decodeRune(s[i:])
		if r > 0xFFFF {
			high, low := utf16.EncodeRune(r)
			units = append(units, high, low)
		} else {
			units = append(units, r)
		}
		i += n
	}
	return units
}

// fromUnits is the text of the code units.
func fromUnits(units []rune) string {
	return string(appendUnits(make([]byte, 0, len(units)), units))
}

// appendUnits appends the text of the code units to a text; two halves of a
// character that meet become one.
func appendUnits(b []byte, units []rune) []byte {
	if len(units) > 0 && utf16.IsSurrogate(units[0]) {
		if half, ok := lastHalf(b); ok {
			if pair := utf16.DecodeRune(half, units[0]); pair != utf8.RuneError {
				b = utf8.AppendRune(b[:len(b)-3], pair)
				units = units[1:]
			}
		}
	}
	for i := 0; i < len(units); i++ {
		r := units[i]
		if i+1 < len(units) {
			if pair := utf16.DecodeRune(r, units[i+1]); pair != utf8.RuneError {
				r = pair
				i++
			}
		}
		b = appendRune(b, r)
	}
	return b
}

// appendText appends s to a text; two halves of a character that meet become one.
func appendText(b []byte, s string) []byte {
	if r, n := decodeRune(s); n == 3 && utf16.IsSurrogate(r) {
		b = appendUnits(b, []rune{r})
		s = s[n:]
	}
	return append(b, s...)
}

// lastHalf is the half of a character that a text ends with.
func lastHalf(b []byte) (rune, bool) {
	if len(b) < 3 {
		return 0, false
	}
	r, n := decodeRune(string(b[len(b)-3:]))
	return r, n == 3 && utf16.IsSurrogate(r)
}

// decodeRune is utf8.DecodeRuneInString for WTF-8.
func decodeRune(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 && len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return r, n
}

// appendRune is utf8.AppendRune for WTF-8.
func appendRune(dst []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(dst, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
	}
	return utf8.AppendRune(dst, r)
}
