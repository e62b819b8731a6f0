package server

import (
	"net/http"
	"strings"

	"github.com/flowctl/flowctl/internal/store"
)

// etag is the entity tag of a flow.
func etag(f *store.Flow) string { return `"` + f.Revision + `"` }

// checkIfMatch holds the If-Match header against f: 412 when f is not what the
// client last saw. A weak tag never matches: it does not promise the same bytes.
func (c *call) checkIfMatch(f *store.Flow) error {
	header := c.r.Header.Values("If-Match")
	if len(header) == 0 || matches(header, etag(f), false) {
		return nil
	}
	return &problem{status: http.StatusPreconditionFailed, detail: "The flow has changed since it was read"}
}

// notModified reports whether the client's If-None-Match has f already.
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
