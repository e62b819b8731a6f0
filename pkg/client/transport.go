package client

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// newTransport is a transport for many parallel calls of one host.
func newTransport(base *url.URL) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64, // the default of 2 would close most connections of a parallel import again
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ReadBufferSize:        32 << 10,
		WriteBufferSize:       32 << 10,
		// Flows shrink to a fifth, which pays on every network and costs twice the
		// time where there is none.
		DisableCompression: isLoopback(base.Hostname()),
	}
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

// redirectError is a redirect that was not followed.
type redirectError struct {
	to  string // scheme and host; the rest may hold secrets
	why string
}

func (e *redirectError) Error() string {
	return fmt.Sprintf("not followed to %s, because %s", e.to, e.why)
}

// checkRedirect follows a redirect only within the server: net/http would take
// the token along to other ports and subdomains of the host, and make a GET of a
// POST. The real backend's redirects are made from the Host header that a proxy
// sent, so they may lead anywhere.
func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1], req.URL
	refuse := func(why string) error {
		return &redirectError{to: printable(to.Scheme+"://"+to.Host, 200), why: why}
	}
	switch {
	case !strings.EqualFold(from.URL.Hostname(), to.Hostname()):
		return refuse("that is another host, which must not see the token")
	case from.URL.Scheme == "https" && to.Scheme != "https":
		return refuse("the token would travel unencrypted")
	case from.URL.Scheme == to.Scheme && port(from.URL) != port(to):
		return refuse("that is another port, which must not see the token")
	case from.Method != req.Method:
		return refuse("the " + from.Method + " would become a " + req.Method)
	case len(via) >= 5:
		return refuse("this is redirect number 5")
	}
	return nil
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
