package server

import (
	"net/http"
	"slices"
)

// cors lets pages of other origins call. Cookies are never let through that way:
// such a page has to send a key.
type cors struct{ origins []string }

const (
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
	corsExposed = "ETag, Flowctl-Api, Idempotency-Replayed, Link, Retry-After, X-Request-Id, X-Total-Count"
	corsMethods = "GET, HEAD, POST, PUT, DELETE"
)

// setHeaders puts them on the answer, to a preflight too, which the route answers
// like any OPTIONS.
func (o cors) setHeaders(c *call) {
	if len(o.origins) == 0 {
		return
	}
	h := c.Header()
	h.Add("Vary", "Origin")
	origin := c.r.Header.Get("Origin")
	any := slices.Contains(o.origins, "*")
	if origin == "" || !any && !slices.Contains(o.origins, origin) {
		return
	}
	if any {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", corsExposed)
	if c.r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", corsMethods)
		h.Set("Access-Control-Allow-Headers", corsHeaders)
		h.Set("Access-Control-Max-Age", "600")
	}
}
