package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
)

// errWantsTLS is an https server that was asked in http: whatever runs there has
// not been reached.
var errWantsTLS = errors.New("the server speaks https and was asked in http")

// isPlain reports whether the server is asked in http.
func (c *conn) isPlain() bool { return strings.HasPrefix(c.base, "http://") }

// wantsTLS recognises the 400 of a server that was asked in http and should not have
// been, by the words of Go's, of nginx and of Apache.
func wantsTLS(body []byte) bool {
	return slices.ContainsFunc([]string{
		"Client sent an HTTP request to an HTTPS server",
		"The plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port",
	}, func(words string) bool { return bytes.Contains(body, []byte(words)) })
}

// plainly returns errWantsTLS if that is why k failed with err, else err. Some hang
// up on what is not TLS without a word: Go's server on a DELETE. It does say so to a
// GET.
func (c *conn) plainly(ctx context.Context, k *call, err error) error {
	hungUp := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	if k.method == http.MethodGet || !hungUp || !c.isPlain() || c.known.Load() != nil {
		return err
	}
	_, asked := c.do(ctx, &call{verb: "ask for the version", method: http.MethodGet, path: versionPath})
	if errors.Is(asked, errWantsTLS) {
		return errWantsTLS
	}
	return err
}
