package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startServing serves a new listener and returns its address, and a function that
// stops the server and returns what Serve did.
func startServing(t *testing.T, s *Server, opts ServeOptions) (addr string, stop func() error) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln, opts) }()
	t.Cleanup(cancel)
	return ln.Addr().String(), func() error {
		cancel()
		select {
		case err := <-served:
			return err
		case <-time.After(20 * time.Second):
			return os.ErrDeadlineExceeded
		}
	}
}

// slowCreate begins to create a flow. The function it gives sends the rest and
// returns the answer's status line.
func slowCreate(t *testing.T, addr, key string) (finish func() string) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "POST /api/v1/flows/create HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nAuthorization: Bearer "+key+
		"\r\nContent-Length: 15\r\nConnection: close\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	// The server asks for the body: the request is in flight.
	buf := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(conn, buf); err != nil || !strings.Contains(string(buf), "100 Continue") {
		t.Fatalf("the server said %q, %v", buf, err)
	}
	return func() string {
		_, _ = io.WriteString(conn, `{"name":"slow"}`)
		b, _ := io.ReadAll(conn)
		line, _, _ := strings.Cut(string(b), "\r\n")
		return line
	}
}

func TestServeFinishesWhatIsInFlight(t *testing.T) {
	f := newFixture(t, Options{})
	addr, stop := startServing(t, f.srv, ServeOptions{})
	finish := slowCreate(t, addr, f.ann.key)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	waitUntilClosed(t, addr)
	if line := finish(); line != "HTTP/1.1 200 OK" {
		t.Errorf("the request in flight was answered %q", line)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// waitUntilClosed waits until nobody listens at addr.
func waitUntilClosed(t *testing.T, addr string) {
	t.Helper()
	for range 500 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
		if err != nil {
			return
		}
		_ = conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server still listens")
}

func TestServeCutsOffInTheEnd(t *testing.T) {
	f := newFixture(t, Options{})
	addr, stop := startServing(t, f.srv, ServeOptions{Grace: 50 * time.Millisecond})
	slowCreate(t, addr, f.ann.key)
	if err := stop(); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Serve: %v, want an error that says that requests were cut off", err)
	}
}

func TestServeFails(t *testing.T) {
	f := newFixture(t, Options{})
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	if err := f.srv.Serve(t.Context(), ln, ServeOptions{}); err == nil || !strings.Contains(err.Error(), "serve 127.0.0.1") {
		t.Errorf("Serve of a closed listener: %v", err)
	}
}

func TestServeTLS(t *testing.T) {
	f := newFixture(t, Options{Version: "1.2.3"})
	pair := httptest.NewUnstartedServer(nil)
	pair.StartTLS()
	defer pair.Close()
	dir := t.TempDir()
	opts := ServeOptions{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	writePEM(t, opts, pair.TLS.Certificates[0])
	addr, stop := startServing(t, f.srv, opts)
	client := pair.Client()
	resp, err := client.Get("https://" + addr + "/api/version")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, _ := io.ReadAll(resp.Body); string(b) != `{"version":"1.2.3"}` || resp.TLS.Version < tls.VersionTLS12 ||
		resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("answered %s over %s", b, resp.Proto)
	}
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if resp, err := http.Get("https://" + addr); err == nil {
		_ = resp.Body.Close()
		t.Error("the server still answers")
	}
}

// TestCertificateIsReadAgain: a renewed certificate is served without a restart, and
// one that is not whole yet is not.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	opts := ServeOptions{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	first, second := makePair(t, 1), makePair(t, 2)
	writePEM(t, opts, first)
	addr, stop := startServing(t, newFixture(t, Options{}).srv, opts)
	serial := func() int64 {
		t.Helper()
		conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Fatalf("the certificate is %d", got)
	}
	if err := os.WriteFile(opts.CertFile, []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(certificateCheck)
	if got := serial(); got != 1 {
		t.Errorf("with a broken file the certificate is %d", got)
	}
	writePEM(t, opts, second)
	time.Sleep(certificateCheck)
	if got := serial(); got != 2 {
		t.Errorf("after the renewal the certificate is %d", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := new(Server).Serve(t.Context(), nil, ServeOptions{CertFile: "none", KeyFile: "none"}); err == nil {
		t.Error("served without a certificate")
	}
}

// makePair makes a certificate with a serial number.
func makePair(t *testing.T, serial int64) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestHostIsChecked: a server on loopback is asked for by names that lead nowhere
// else, or that its operator gives.
func TestHostIsChecked(t *testing.T) {
	f := newFixture(t, Options{CORSOrigins: []string{"*"}})
	addr, stop := startServing(t, f.srv, ServeOptions{Hosts: []string{"Flows.example.org"}})
	f.url = "http://" + addr
	_, port, _ := net.SplitHostPort(addr)
	for host, want := range map[string]int{
		"localhost:" + port: 200, "LOCALHOST": 200, "dev.localhost:" + port: 200, "127.0.0.1": 200, "[::1]:" + port: 200, "[::1]": 200, "192.0.2.1": 200,
		"flows.example.org": 200, "flows.example.org.:443": 200,
		"evil.example": 421, "evil.example:" + port: 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "xlocalhost": 421,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", f.url+"/health", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want || want == 421 && resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("Host %s is answered %d, want %d", host, resp.StatusCode, want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if h := hostsFor(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}, nil); !h.has("any.example") {
		t.Error("a server that others reach refuses a name")
	}
}
