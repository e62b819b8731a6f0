package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hosts are the names by which a server that listens on this machine alone may be
// asked for. A page from elsewhere can have its own name lead to this machine, and a
// browser then takes the server for a part of that page (DNS rebinding): what exposes it
// away is the name. nil are all names.
type hosts map[string]bool

// hostsFor returns the names for a listener: nil if others on the network reach it.
func hostsFor(addr net.Addr, names []string) hosts {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return nil
	}
	h := hosts{"localhost": true, "": true} // HTTP/1.0 may have none
	for _, name := range names {
		h[foldHost(name)] = true
	}
	return h
}

func foldHost(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// has reports whether the Host header of a request may be. No name leads to another
// address than its own if it is an address, and names below localhost lead nowhere
// else (RFC 6761).
func (h hosts) has(header string) bool {
	if h == nil {
		return true
	}
	name := header
	if host, _, err := net.SplitHostPort(header); err == nil {
		name = host
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return true
	}
	name = foldHost(name)
	return h[name] || strings.HasSuffix(name, ".localhost")
}

// errWrongHost is the answer to a name that the server does not know.
var errWrongHost = &problem{
	status: http.StatusMisdirectedRequest,
	detail: "The Host header has a name that this server does not know; its operator can add it with --host",
}

// cors lets pages of other origins call. Cookies are never let through that way:
// such a page has to send a key.
type cors struct{ origins []string }

const (
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
	corsExposed = "ETag, Flow-Version, Flowctl-Api, Idempotency-Replayed, Link, Retry-After, X-Request-Id, X-Total-Count"
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

// ParseProxies reads the addresses and networks of proxies, such as 10.1.2.3 and
// 10.0.0.0/8, for [Options].
func ParseProxies(texts []string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if addr := addrOf(text); err != nil && addr.IsValid() {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not an address or a network; give one such as 127.0.0.1 or 10.0.0.0/8", text)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

// addressOf identifies callers that are not signed in: by the IPv4 address, or the
// /64 network of an IPv6 one, in which anybody has addresses to spare.
func (s *Server) addressOf(r *http.Request) string {
	if addr, ok := s.clientAddr(r); ok {
		return networkOf(addr)
	}
	return r.RemoteAddr
}

// networkOf is an IPv4 address, or the /64 network of an IPv6 one.
func networkOf(addr netip.Addr) string {
	if addr.Is4() {
		return addr.String()
	}
	network, _ := addr.WithZone("").Prefix(64) // fails only for IPv4
	return network.Addr().String()
}

// remoteOf is where a request comes from, for the log: the address and port of the
// connection, or what a trusted proxy says.
func (s *Server) remoteOf(r *http.Request) string {
	if addr, ok := s.clientAddr(r); ok && len(s.proxies) > 0 && s.isProxy(addrOf(r.RemoteAddr)) {
		return addr.String()
	}
	return r.RemoteAddr
}

// clientAddr is the address that a request comes from: that of the connection or, if
// that is a trusted proxy's, the last one in X-Forwarded-For that is not. Each proxy
// adds at the end of that whom it has the request from. What stands before the entry
// of the first trusted proxy anybody may have written.
func (s *Server) clientAddr(r *http.Request) (addr netip.Addr, ok bool) {
	addr = addrOf(r.RemoteAddr)
	if len(s.proxies) == 0 {
		return addr, addr.IsValid()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(addr); i-- {
		hop := addrOf(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		addr = hop
	}
	return addr, addr.IsValid()
}

func (s *Server) isProxy(addr netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// addrOf reads an address with or without a port.
func addrOf(text string) netip.Addr {
	host, _, err := net.SplitHostPort(text)
	if err != nil {
		host = strings.Trim(text, "[]")
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}
