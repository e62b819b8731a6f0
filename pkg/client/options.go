package client

import (
	"io"
	"net/http"
	"time"
)

// Option changes how a [Client] works.
type Option func(*config) error

type config struct{}

// Retry says how often and how patiently a failed call is tried again; see the
// package comment for which calls are.
type Retry struct {
	Max     int           // tries after the first one; 0 is none
	MinWait time.Duration // the wait before the first of them is at most this; it doubles from try to try
	MaxWait time.Duration // no wait is longer, whatever Retry-After asks for
}

// WithToken signs calls with an API key (sk-…) or the token of a session.
func WithToken(token string) Option { return nil }

// WithTransport sends requests through rt instead of the network: a tuned
// [http.Transport], a test's, or a server in the same process.
func WithTransport(rt http.RoundTripper) Option { return nil }

// WithUserAgent sets the User-Agent header, "flowctl" without it.
func WithUserAgent(ua string) Option { return nil }

// WithTimeout sets how long the server may be silent (no byte of a request taken,
// none of an answer sent) before a call fails: 30 seconds without this option, 0
// for ever. A call that keeps moving has no limit but its context.
func WithTimeout(d time.Duration) Option { return nil }

// WithRetry replaces the default of 3 more tries, the first within 100 ms, none
// later than 30 s after the one before.
func WithRetry(r Retry) Option { return nil }

// WithDebug writes a line to w for every request sent: method, URL, status,
// duration, bytes, request id, number of the try. Neither tokens nor bodies are
// ever written. Lines of concurrent calls do not mix.
func WithDebug(w io.Writer) Option { return nil }
