package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

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
