package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
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

// certificateCheck is how often the files of a certificate are looked at, at most.
const certificateCheck = time.Second

// certificate is a certificate with its key. It is read again when a tool that renews it has
// changed one of the files.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	times   [2]time.Time // at which the files were changed, when they were read or tried
	checked time.Time
}

// loadCertificate reads the certificate. It is an error if it is not valid.
func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	c.times = c.look()
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	c.pair, c.checked = &pair, time.Now()
	return c, err
}

func (c *certificate) look() (times [2]time.Time) {
	for i, path := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(path); err == nil {
			times[i] = info.ModTime()
		}
	}
	return times
}

// get is tls.Config.GetCertificate. While certificate and key do not match, perhaps because
// only one of the files is written yet, it returns the last valid pair.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < certificateCheck {
		return c.pair, nil
	}
	c.checked = time.Now()
	times := c.look()
	if times == c.times {
		return c.pair, nil
	}
	c.times = times
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		c.log.Error("the new certificate cannot be used; the old one stays", "error", err)
		return c.pair, nil
	}
	c.log.Info("the certificate was read again", "file", c.certFile)
	c.pair = &pair
	return c.pair, nil
}
