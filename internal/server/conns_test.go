package server

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// TestConnectionsOfAnAddress: an address has so many connections, and gets another one
// when it closes one; a trusted proxy has as many as it likes.
func TestConnectionsOfAnAddress(t *testing.T) {
	for _, trusted := range []bool{false, true} {
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ln.Close() })
		limited := newPerAddress(ln, 2, func(netip.Addr) bool { return trusted })
		go func() { // greets, and closes with the client
			for {
				conn, err := limited.Accept()
				if err != nil {
					return
				}
				go func() {
					_, _ = conn.Write([]byte("x"))
					_, _ = io.Copy(io.Discard, conn)
					_ = conn.Close()
				}()
			}
		}()
		dial := func() (conn net.Conn, greeted bool) {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			n, _ := conn.Read(make([]byte, 1))
			return conn, n == 1
		}
		first, ok := dial()
		if _, second := dial(); !ok || !second {
			t.Fatal("one of the first two connections was closed")
		}
		if _, third := dial(); third != trusted {
			t.Errorf("trusted: %t; the third connection was served: %t", trusted, third)
		}
		_ = first.Close()
		deadline := time.Now().Add(10 * time.Second)
		for _, ok := dial(); !ok; _, ok = dial() {
			if time.Now().After(deadline) {
				t.Fatal("the place of a connection that was closed stays taken")
			}
		}
	}
}
