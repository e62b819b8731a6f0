package httpx

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads the Retry-After header: seconds, or a date. It reports whether
// there is one.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

// IsDialError reports whether no connection came about, so that nothing was sent.
func IsDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// IsPermanent reports whether another try cannot help against the error of a request:
// it was cancelled, the other side was silent for too long (who waited this long
// should hear of it), there is no such host, the certificate is not trusted, or it
// was redirected.
func IsPermanent(err error) bool {
	var (
		dns   *net.DNSError
		cert  *tls.CertificateVerificationError
		plain tls.RecordHeaderError
		moved *RedirectError
		quiet Silence
	)
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &dns) && dns.IsNotFound ||
		errors.As(err, &cert) || errors.As(err, &plain) || errors.As(err, &moved) || errors.As(err, &quiet)
}
