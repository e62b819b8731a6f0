package client

import (
	"strings"
	"unicode"
)

// printable makes a text that came from a server fit for a terminal and a log:
// one line, no control characters (escape sequences) and no marks that turn the
// direction of writing, at most limit characters.
func printable(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case isControl(r):
			continue
		}
		if r == ' ' && (b.Len() == 0 || strings.HasSuffix(b.String(), " ")) {
			continue
		}
		if n == limit {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimRight(b.String(), " ")
}

// isControl tells control characters and the invisible ones of category Cf,
// direction marks among them.
func isControl(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// minSecret is the fewest characters of a token worth hiding. A shorter one is no
// secret, and a part of ordinary words.
const minSecret = 8

// redact takes the token out of a text: a server may well say it back.
func (c *conn) redact(s string) string {
	if len(c.token) < minSecret {
		return s
	}
	return strings.ReplaceAll(s, c.token, "[token]")
}
