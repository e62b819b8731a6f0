package server

import (
	"net"
	"net/netip"
	"sync"
)

// perAddress is a listener that closes the connections of an address beyond so many:
// half of what all addresses may have, so that one of them does not keep the others
// out.
type perAddress struct {
	net.Listener
	most    int
	trusted func(netip.Addr) bool // of a proxy, through which everybody may come

	mu    sync.Mutex
	conns map[string]int
}

func newPerAddress(ln net.Listener, most int, trusted func(netip.Addr) bool) *perAddress {
	return &perAddress{Listener: ln, most: most, trusted: trusted, conns: map[string]int{}}
}

// Accept returns the next connection.
func (l *perAddress) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		addr := addrOf(conn.RemoteAddr().String())
		if !addr.IsValid() || l.trusted(addr) {
			return conn, nil
		}
		if network := networkOf(addr); l.enter(network) {
			return &countedConn{Conn: conn, leave: sync.OnceFunc(func() { l.leave(network) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *perAddress) enter(network string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns[network] >= l.most {
		return false
	}
	l.conns[network]++
	return true
}

func (l *perAddress) leave(network string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns[network]--; l.conns[network] == 0 {
		delete(l.conns, network)
	}
}

// countedConn is a connection that counts until it is closed.
type countedConn struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *countedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
