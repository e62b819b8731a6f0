package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/flowctl/flowctl/internal/httpx"
)

// callError is a call without an answer, or with one that did not come to its end.
type callError struct {
	began bool   // there was the beginning of an answer
	who   string // was asked
	proxy string // through which, "" for none
	err   error
}

func (e *callError) Error() string {
	who, why := e.who, e.err.Error()
	if e.proxy != "" {
		who += " through the proxy " + e.proxy
	}
	switch {
	case errors.As(e.err, new(httpx.Silence)):
		why += "; it may be overloaded: try again, or allow more with --timeout"
	case e.began:
		why += "; try again"
	}
	if e.began {
		return fmt.Sprintf("the answer from %s broke off: %s", who, why)
	}
	if cert := (*tls.CertificateVerificationError)(nil); errors.As(e.err, &cert) {
		why += "; if you trust it, name the certificate that signed it with --ca-cert"
	}
	return fmt.Sprintf("no answer from %s: %s", who, why)
}

func (e *callError) Unwrap() error { return e.err }

// outward returns err as those who run flows may see it. On a server they did not choose
// the address, and an error of the network is full of addresses: it goes to Report, and
// the flow's author reads what kind it was.
func (c *conn) outward(err *callError) error {
	err.who, err.proxy = c.address(), c.proxy
	if c.opts.Report == nil {
		return err
	}
	c.opts.Report(err)
	return &callError{began: err.began, who: c.name, err: &plainError{err.err}}
}

// plainError says what kind of error of the network err is, and no more.
type plainError struct{ err error }

func (e *plainError) Error() string {
	var (
		silent  httpx.Silence
		number  syscall.Errno
		timeout net.Error
	)
	switch {
	case errors.As(e.err, &silent):
		return silent.Error()
	case errors.As(e.err, &number):
		return number.Error()
	case errors.As(e.err, &timeout) && timeout.Timeout(), errors.Is(e.err, context.DeadlineExceeded):
		return "it took too long"
	}
	return "the connection failed"
}

func (e *plainError) Unwrap() error { return e.err }
