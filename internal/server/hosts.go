package server

import (
	"net"
	"net/http"
	"net/netip"
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
