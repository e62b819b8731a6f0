package secrets

import (
	"slices"
	"strings"
)

// minSecret is the fewest characters of a secret worth hiding. A shorter one is a part
// of ordinary words.
const minSecret = 8

// Redactor are texts that must not be shown, such as tokens: a server may well repeat
// them. The zero value has none.
type Redactor struct{ words *strings.Replacer }

// NewRedactor returns the secrets among values, of which those of fewer than eight
// characters are left out.
func NewRedactor(values ...string) Redactor {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return len(v) < minSecret })
	// The longest first: one may be the beginning of another.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, "…")
	}
	if pairs == nil {
		return Redactor{}
	}
	return Redactor{strings.NewReplacer(pairs...)}
}

// Hide returns a text with an ellipsis in place of each secret.
func (k Redactor) Hide(text string) string {
	if k.words == nil {
		return text
	}
	return k.words.Replace(text)
}
