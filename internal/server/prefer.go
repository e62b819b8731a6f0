package server

import "strings"

// The preferences that are heeded, of RFC 7240.
const (
	preferAsync   = "respond-async"
	preferMinimal = "return=minimal"
)

// prefers reports whether the caller asks for the preference, and says in the answer
// that it is heeded if so.
func (c *call) prefers(preference string) bool {
	if !c.asksFor("Prefer", preference) {
		return false
	}
	c.Header().Set("Preference-Applied", preference)
	return true
}

// asksFor reports whether a header that is a list has the element, whatever its
// parameters.
func (c *call) asksFor(header, element string) bool {
	for _, line := range c.r.Header.Values(header) {
		for e := range strings.SplitSeq(line, ",") {
			e, _, _ = strings.Cut(e, ";")
			if strings.EqualFold(strings.TrimSpace(e), element) {
				return true
			}
		}
	}
	return false
}
