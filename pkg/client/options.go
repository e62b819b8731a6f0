package client

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/httpx"
)

// Option changes how a [Client] works.
type Option func(*config) error

type config struct {
	token     string
	userAgent string
	transport http.RoundTripper // nil: our own
	timeout   time.Duration
	retry     Retry
	debug     io.Writer // nil: none
	headers   http.Header
	roots     *x509.CertPool // nil: the system's
}

const defaultTimeout = 30 * time.Second

// WithToken signs calls with an API key (sk-…) or the token of a session. An
// empty token signs nothing.
func WithToken(token string) Option {
	return func(c *config) error {
		c.token = token
		return nil
	}
}

// WithHeaders sends headers with every request, such as those that a proxy in front of
// the server asks for. Their values are secrets: no error and no line of [WithDebug]
// has them.
func WithHeaders(h http.Header) Option {
	return func(c *config) error {
		c.headers = h
		return nil
	}
}

// WithRootCAs trusts the certificates that pool signed, in place of the system's. It
// means nothing with [WithTransport].
func WithRootCAs(pool *x509.CertPool) Option {
	return func(c *config) error {
		c.roots = pool
		return nil
	}
}

// WithTransport sends requests through rt instead of the network: a tuned
// [http.Transport], a test's, or a server in the same process.
func WithTransport(rt http.RoundTripper) Option {
	return func(c *config) error {
		c.transport = rt
		return nil
	}
}

// WithUserAgent sets the User-Agent header, "flowctl" without it.
func WithUserAgent(ua string) Option {
	return func(c *config) error {
		if strings.ContainsFunc(ua, httpx.IsControl) {
			return errors.New("the user agent has a control character in it; leave that out")
		}
		c.userAgent = ua
		return nil
	}
}

// WithTimeout sets how long the server may be silent (no byte of a request taken,
// none of an answer sent) before a call fails: 30 seconds without this option, 0
// for ever. A call that keeps moving has no limit but its context.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("the timeout %v is negative; give 0 for none", d)
		}
		c.timeout = d
		return nil
	}
}

// WithRetry replaces the default of 3 more tries, the first within 100 ms, none
// later than 30 s after the one before.
func WithRetry(r Retry) Option {
	return func(c *config) error {
		if r.Max < 0 || r.MinWait < 0 || r.MaxWait < r.MinWait {
			return fmt.Errorf("the retry options %+v make no sense; give 0 ≤ Max and 0 ≤ MinWait ≤ MaxWait", r)
		}
		c.retry = r
		return nil
	}
}

// WithDebug writes a line to w for every request sent: method, URL, status,
// duration, bytes, request id, number of the try. Neither tokens nor bodies are
// ever written. Lines of concurrent calls do not mix.
func WithDebug(w io.Writer) Option {
	return func(c *config) error {
		c.debug = w
		return nil
	}
}
