// Package secrets finds what looks like a secret in texts and flows, and hides it, and
// hides secrets that are known, such as tokens, from what is shown.
package secrets

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Redact returns a JSON text with the kinds of secrets in place of those in it, "[a
// GitHub token]", keys included. A text without any is returned as it is.
func Redact(raw []byte) []byte {
	if !MayHold(raw) {
		return raw
	}
	return redactJSON(raw, true, inBrackets)
}

// RedactText is [Redact] for a text that is not JSON.
func RedactText(text string) string {
	if !MayHold([]byte(text)) {
		return text
	}
	clean, _ := scrub(text, inBrackets)
	return clean
}

// RedactIDs is [Redact] for a flow that is read again: keys stay, and kinds are written as
// an id may be, in letters and dashes.
func RedactIDs(raw []byte) []byte { return redactJSON(raw, false, asID) }

// Kinds returns the kinds of the secrets in a text, nil if there are none.
func Kinds(text string) []string {
	_, kinds := scrub(text, inBrackets)
	return kinds
}

// inBrackets is how the kind of a secret is shown in its place; asID is the same for
// an id: in letters and dashes, since of others more would be said.
func inBrackets(kind string) string { return "[" + kind + "]" }
func asID(kind string) string       { return strings.ReplaceAll(kind, " ", "-") }

// redactJSON redacts the strings of a JSON text, keys among them if asked for.
func redactJSON(raw []byte, keys bool, show func(kind string) string) []byte {
	var out []byte
	done := 0 // of raw
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		start := i
		for i++; i < len(raw) && raw[i] != '"'; i++ {
			if raw[i] == '\\' {
				i++
			}
		}
		end := min(i+1, len(raw))
		isKey := bytes.HasPrefix(bytes.TrimLeft(raw[end:], " \t\r\n"), []byte(":"))
		var text string
		if isKey && !keys || json.Unmarshal(raw[start:end], &text) != nil {
			continue
		}
		if clean, kinds := scrub(text, show); len(kinds) > 0 {
			out = rawjson.AppendString(append(out, raw[done:start]...), clean)
			done = end
		}
	}
	if done == 0 {
		return raw
	}
	return append(out, raw[done:]...)
}

// scrub puts the kinds of secrets, as they are to be shown, in the place of those in
// a text, and returns which there were.
func scrub(text string, show func(kind string) string) (clean string, kinds []string) {
	for i := range forms {
		f := &forms[i]
		if !slices.ContainsFunc(f.keys, func(key string) bool { return strings.Contains(text, key) }) {
			continue
		}
		var b strings.Builder
		done := 0 // of text
		for _, at := range patterns()[i]().FindAllStringSubmatchIndex(text, -1) {
			whole := text[at[0]:at[1]]
			if len(at) > 2 {
				at = at[2:]
			}
			if secret := text[at[0]:at[1]]; f.takes(secret, whole) {
				b.WriteString(text[done:at[0]] + show(f.what))
				done = at[1]
			}
		}
		if done > 0 {
			text = b.String() + text[done:]
			kinds = append(kinds, f.what)
		}
	}
	return text, kinds
}

// takes reports whether what the pattern found is a secret.
func (f *form) takes(secret, whole string) bool {
	return (f.entropy == 0 || entropy(secret) > f.entropy) && !isPlaceholder(secret) && (f.real == nil || f.real(secret, whole))
}

// entropy is Shannon's, in bits a character.
func entropy(s string) float64 {
	counts := map[rune]int{}
	for _, r := range s {
		counts[r]++
	}
	bits := 0.0
	for _, n := range counts {
		p := float64(n) / float64(len(s))
		bits -= p * math.Log2(p)
	}
	return bits
}
