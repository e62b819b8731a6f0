package server

import "net/url"

// nextLink is the Link header to the page with that query.
func (c *call) nextLink(params url.Values) string {
	u := url.URL{Scheme: c.scheme(), Host: c.r.Host, Path: c.r.URL.Path, RawQuery: params.Encode()}
	return "<" + u.String() + `>; rel="next"`
}

// scheme is that of the address which the client asked: as a trusted proxy says, or
// that of the connection.
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
