// Package slug makes file names that every file system takes out of any text.
package slug

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/flowctl/flowctl/internal/disk"
)

// The lengths of slugs.
const (
	Most  = 80 // bytes of a slug at most; with id and extension it fits every file system
	Short = 8  // characters of an id in a file name, as a rule
)

// none is the slug of what has no letter or digit.
const none = "flow"

// File returns the name for the file of a flow: the slug of its name, the first idLen
// bytes of the slug of its id if it has one, ".json".
func File(name, id string, idLen int) string {
	file := Of(name)
	if slug := Of(id); id != "" && slug != none {
		file += "-" + strings.TrimRight(shorten(slug, idLen), "-")
	}
	return file + ".json"
}

// Of returns the letters and digits of a text, of any script, in lower case with single
// dashes between the words; "flow" when there are none. It has at most [Most] bytes.
func Of(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, " ")) {
		if !isWord(r, b.Len() > 0 && !gap) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(unicode.ToLower(r))
		if b.Len() > Most {
			break // a name may be 100 kB
		}
	}
	slug := strings.TrimRight(shorten(norm.NFC.String(b.String()), Most), "-")
	switch {
	case slug == "":
		return none
	case disk.IsDeviceName(slug):
		return none + "-" + slug
	}
	return slug
}

// isWord reports whether a character stays in a slug: letters and digits do, and the marks on them.
// Some letters cannot be seen, and would make file names that look alike.
func isWord(r rune, inside bool) bool {
	if unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || inside && unicode.IsMark(r)
}

// shorten cuts s to at most n bytes, between characters.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
