package provider

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/flowctl/flowctl/internal/httpx"
)

// Guard says where a server goes that fetches what other people's flows ask for:
// only to hosts that its operator named, and there only to addresses of the
// public Internet, unless the operator named the address too. The address is
// checked as it is dialled, whatever a name or a redirect leads to.
type Guard struct {
	names    []string // in lower case; "*" and "*.example.com" are patterns
	prefixes []netip.Prefix
}

// NewGuard reads what an operator allows: the names of hosts, "*.example.com" for
// all below one, "*" for all public ones, and addresses or networks such as
// 10.1.2.3 and 10.0.0.0/8.
func NewGuard(allow []string) (*Guard, error) {
	g := &Guard{}
	for _, text := range allow {
		if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil && addr.Zone() == "" {
			addr = addr.Unmap()
			g.prefixes = append(g.prefixes, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		if prefix, err := netip.ParsePrefix(text); err == nil {
			g.prefixes = append(g.prefixes, prefix.Masked())
			continue
		}
		name := foldHost(text)
		if rest := strings.TrimPrefix(name, "*."); text != "*" && (rest == "" || strings.ContainsAny(rest, "*/:@?# \t")) {
			return nil, fmt.Errorf("%q is not a host; give a name such as example.com or *.example.com, an address, a network such as 10.0.0.0/8, or *", text)
		}
		g.names = append(g.names, name)
	}
	return g, nil
}

func foldHost(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// check reports whether a URL may be fetched, as far as its text says.
func (g *Guard) check(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return &guardError{"only http:// and https:// URLs without a user are fetched"}
	}
	host := foldHost(u.Hostname())
	for _, name := range g.names {
		below, isPattern := strings.CutPrefix(name, "*")
		if host == name || isPattern && strings.HasSuffix(host, below) {
			return nil
		}
	}
	if addr, err := netip.ParseAddr(host); err == nil && g.named(addr.Unmap()) {
		return nil
	}
	return &guardError{fmt.Sprintf("the host %.80q is not one that this server may fetch from; its operator can allow it", host)}
}

func (g *Guard) named(addr netip.Addr) bool {
	for _, p := range g.prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// dialled refuses an address that is about to be connected to.
func (g *Guard) dialled(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	addr := at.Addr().Unmap()
	if g.named(addr) || isPublic(addr) {
		return nil
	}
	return &guardError{"the host's address is not a public one, and this server may not go there; its operator can allow it"}
}

// guardError is why a page is not fetched.
type guardError struct{ msg string }

func (e *guardError) Error() string { return e.msg }

// isPublic reports whether addr is of the Internet, not of a machine, a network or a
// protocol; see the registries of special-purpose addresses of the IANA.
func isPublic(addr netip.Addr) bool {
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "" {
		return false
	}
	special := []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // some of which have an IPv4 address in them
	}
	for _, text := range special {
		if netip.MustParsePrefix(text).Contains(addr) {
			return false
		}
	}
	return addr.Is4() || netip.MustParsePrefix("2000::/3").Contains(addr)
}

// client goes where g allows. It uses no proxy, which would dial in its place.
func (g *Guard) client() *http.Client {
	t := httpx.NewTransport(nil)
	t.Proxy = nil
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: g.dialled}).DialContext
	return &http.Client{Transport: t, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			return fmt.Errorf("redirected %d times", len(via))
		}
		return g.check(req.URL)
	}}
}
