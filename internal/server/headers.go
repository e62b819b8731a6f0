package server

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/internal/store"
)

// The supported preferences (RFC 7240).
const (
	preferAsync   = "respond-async"
	preferMinimal = "return=minimal"
)

// prefers reports whether the caller asks for a preference and, if so, sets
// Preference-Applied in the answer.
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

// nextLink returns the Link header for the page with that query.
func (c *call) nextLink(params url.Values) string {
	u := url.URL{Scheme: c.scheme(), Host: c.r.Host, Path: c.r.URL.Path, RawQuery: params.Encode()}
	return "<" + u.String() + `>; rel="next"`
}

// scheme returns the scheme of the request: that in a trusted proxy's header, else the
// connection's.
func (c *call) scheme() string {
	if len(c.s.proxies) > 0 && c.s.isProxy(addrOf(c.r.RemoteAddr)) {
		if proto := c.r.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
			return proto
		}
	}
	if c.r.TLS != nil {
		return "https"
	}
	return "http"
}

// etag returns the entity tag of a flow.
func etag(f *store.Flow) string { return `"` + f.Revision + `"` }

// checkIfMatch returns a 412 if the request has an If-Match header without the tag of f. A
// weak tag never matches: it does not promise the same bytes.
func (c *call) checkIfMatch(f *store.Flow) error {
	header := c.r.Header.Values("If-Match")
	if len(header) == 0 || matches(header, etag(f), false) {
		return nil
	}
	return &problem{status: http.StatusPreconditionFailed, detail: "The flow has changed since it was read"}
}

// notModified reports whether the client's If-None-Match has the tag of f.
func (c *call) notModified(f *store.Flow) bool {
	header := c.r.Header.Values("If-None-Match")
	return len(header) > 0 && matches(header, etag(f), true)
}

// matches looks for tag in a list of entity tags. "*" is any.
func matches(header []string, tag string, weakToo bool) bool {
	list := strings.Join(header, ",")
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for list != "" {
		list = strings.TrimLeft(list, " \t,")
		weak := strings.HasPrefix(list, "W/")
		if weak {
			list = list[2:]
		}
		if !strings.HasPrefix(list, `"`) {
			return false // not a list of tags
		}
		end := strings.IndexByte(list[1:], '"')
		if end < 0 {
			return false
		}
		if list[:end+2] == tag && (weakToo || !weak) {
			return true
		}
		list = list[end+2:]
	}
	return false
}

// requestID returns the id that the sender of r chose, if that can stand in a log, or a new
// one.
func requestID(r *http.Request) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= 128 && strings.Trim(id, plain) == "" {
		return id
	}
	return rand.Text()
}
