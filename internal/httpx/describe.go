package httpx

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// IsPage reports whether a body is HTML or XML: the answer of something that is not
// the API that was asked.
func IsPage(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }

// Describe returns what a body that is not JSON is: a page by its title, a short text
// as it is.
func Describe(h http.Header, body []byte) string {
	kind := ContentType(h)
	text := strings.TrimSpace(string(body))
	if _, rest, ok := strings.Cut(text, "<title>"); ok {
		text, _, _ = strings.Cut(rest, "</title>")
	} else if strings.HasPrefix(text, "<") {
		text = ""
	}
	switch {
	case len(body) == 0:
		return "an empty answer"
	case text == "":
		return kind
	case kind == "text/plain":
		return text
	}
	return fmt.Sprintf("%s %q", kind, Printable(text, 100))
}

// ContentType returns the content type of an answer in words.
func ContentType(h http.Header) string {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "" {
		return "no content type"
	}
	return Printable(kind, 80)
}

// Printable makes a text that came from a server fit for a terminal and a log:
// one line, no control characters (escape sequences) and no marks that turn the
// direction of writing, at most limit characters.
func Printable(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case IsControl(r):
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

// IsControl reports whether a character is a control character or one of the
// invisible ones of category Cf, marks of direction among them.
func IsControl(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
