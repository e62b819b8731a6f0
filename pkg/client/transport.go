package client

import (
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/internal/httpx"
)

// newTransport is a transport for many parallel calls of one host.
func newTransport(base *url.URL, roots *x509.CertPool) *http.Transport {
	t := httpx.NewTransport(roots)
	t.ReadBufferSize, t.WriteBufferSize = 32<<10, 32<<10
	// Flows shrink to a fifth, which pays on every network and costs twice the
	// time where there is none.
	t.DisableCompression = isLoopback(base.Hostname())
	return t
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// shortErrors cuts the bodies of answers that are errors: nobody reads more than
// the beginning, and where they break off, what there is of them will do.
type shortErrors struct{ next http.RoundTripper }

const maxErrorBody = 64 << 10 // bytes

// RoundTrip sends req.
func (s shortErrors) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err == nil && resp.StatusCode >= 400 {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(whatThereIs{resp.Body}, maxErrorBody), resp.Body}
	}
	return resp, err
}

// whatThereIs ends where its reader breaks off.
type whatThereIs struct{ io.Reader }

// Read reads, without an error but io.EOF.
func (r whatThereIs) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}
