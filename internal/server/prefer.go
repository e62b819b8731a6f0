package server

import "strings"

// The preferences that are heeded, of RFC 7240.
const (
	preferAsync   = "respond-async"
	preferMinimal = "return=minimal"
)

// prefers tells whether the caller asks for the preference, and says in the answer
// that it is heeded if so.
func (c *call) prefers(preference string) bool {
	for _, line := range c.r.Header.Values("Prefer") {
		for p := range strings.SplitSeq(line, ",") {
			p, _, _ = strings.Cut(p, ";")
			if strings.EqualFold(strings.TrimSpace(p), preference) {
				c.Header().Set("Preference-Applied", preference)
				return true
			}
		}
	}
	return false
}
