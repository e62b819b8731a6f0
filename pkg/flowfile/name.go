package flowfile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/pkg/flow"
)

const (
	maxSlug = 80 // bytes; with id and extension it fits every file system
	shortID = 8  // characters of an id in a file name
	fileExt = ".json"
)

// FileName gives the file name for a flow: the slug of its name, the first eight
// characters of its id if it has one, ".json". It is one path element that every
// file system takes, whatever the flow is called.
func FileName(f flow.Flow) string { return fileName(f.ID, f.Name, shortID) }

func fileName(id, flowName string, idLen int) string {
	name := Slug(flowName)
	if slug := Slug(id); id != "" && slug != noSlug {
		name += "-" + strings.TrimRight(shorten(slug, idLen), "-")
	}
	return name + fileExt
}

// noSlug is the slug of what has no letter or digit.
const noSlug = "flow"

// Slug gives the letters and digits of a name, of any script, in lower case with
// single dashes between the words; "flow" when there are none. At most 80 bytes.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(name, " ")) {
		if !isWord(r, b.Len() > 0 && !gap) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(unicode.ToLower(r))
		if b.Len() > maxSlug {
			break // a name may be 100 kB
		}
	}
	slug := strings.TrimRight(shorten(norm.NFC.String(b.String()), maxSlug), "-")
	switch {
	case slug == "":
		return noSlug
	case disk.IsDeviceName(slug):
		return noSlug + "-" + slug
	}
	return slug
}

// isWord tells what stays in a slug: letters and digits, and the marks on them.
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
