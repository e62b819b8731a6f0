package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// NewTransport returns a transport for many parallel requests to few hosts, through
// the proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. Certificates are
// trusted that roots signed, those of the system if it is nil.
func NewTransport(roots *x509.CertPool) *http.Transport {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64, // the default of 2 would close most connections of a parallel run again
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
	if roots != nil {
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t
}

// Roots returns the certificates of the system and those of a PEM file.
func Roots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // Windows, long ago; those of the file may be enough
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in it; a PEM file is needed, which begins with -----BEGIN CERTIFICATE-----", path)
	}
	return pool, nil
}

// ProxyOf names the proxy that a transport sends requests to u through, without its
// user and password; "" for none.
func ProxyOf(rt http.RoundTripper, u *url.URL) string {
	t, ok := rt.(*http.Transport)
	if !ok || t.Proxy == nil {
		return ""
	}
	proxy, err := t.Proxy(&http.Request{URL: u})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Scheme + "://" + proxy.Host
}
