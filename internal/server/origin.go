package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hosts are the names in the Host header that a server which listens on this machine alone
// accepts; nil accepts all. A page from elsewhere can let its own name resolve to this
// machine, so that the browser takes the server for a part of that page (DNS rebinding). The
// name is the only sign of that.
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

// has reports whether the Host header is accepted. Addresses, and names below localhost (RFC
// 6761), always are: they cannot resolve to another machine.
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

// errWrongHost is the answer to a Host header that is not accepted.
var errWrongHost = &problem{
	status: http.StatusMisdirectedRequest,
	detail: "The Host header has a name that this server does not know; its operator can add it with --host",
}

// cors allows pages of other origins to call the server: with a key, never with cookies.
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

// networkOf returns an IPv4 address, or the /64 network of an IPv6 one.
func networkOf(addr netip.Addr) string {
	if addr.Is4() {
		return addr.String()
	}
	network, _ := addr.WithZone("").Prefix(64) // fails only for IPv4
	return network.Addr().String()
}

// remoteOf returns where a request comes from, for the log: address and port of the
// connection, or the address in a trusted proxy's header.
func (s *Server) remoteOf(r *http.Request) string {
	if addr, ok := s.clientAddr(r); ok && len(s.proxies) > 0 && s.isProxy(addrOf(r.RemoteAddr)) {
		return addr.String()
	}
	return r.RemoteAddr
}

// clientAddr returns the address that a request comes from: the connection's or, if that is a
// trusted proxy, the last address in X-Forwarded-For that is not one. Each proxy appends the
// address that it got the request from; entries before that of the first trusted proxy may
// be forged.
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
