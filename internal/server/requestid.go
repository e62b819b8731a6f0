package server

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync/atomic"
)

// requestIDs makes the ids of requests: a prefix that no other process has, and a
// number.
type requestIDs struct {
	prefix string
	last   atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return &requestIDs{prefix: hex.EncodeToString(b[:]) + "-"}
}

// of returns the id that the sender of r chose, if that can stand in a log, or a new
// one.
func (ids *requestIDs) of(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); isSaneID(id) {
		return id
	}
	return ids.prefix + strconv.FormatUint(ids.last.Add(1), 10)
}

// isSaneID reports whether an id from outside is short and plain.
func isSaneID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}
