package provider

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Transport gives a transport for many calls of few hosts side by side.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64, // the default of 2 would close most connections of a parallel run again
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
}

// sameServer follows a redirect only within the server: net/http would take the
// token along to other ports and subdomains of the host, and make a GET of a
// POST.
func sameServer(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1], req.URL
	switch {
	case from.URL.Scheme != to.Scheme || from.URL.Host != to.Host:
		return fmt.Errorf("redirected to %s://%s, which must not see the token; if that is the address, use it", to.Scheme, to.Host)
	case from.Method != req.Method:
		return fmt.Errorf("redirected so that the %s would become a %s", from.Method, req.Method)
	case len(via) >= 5:
		return fmt.Errorf("redirected %d times", len(via))
	}
	return nil
}

// retryAfter reads the Retry-After header: seconds or a date. 0 is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
