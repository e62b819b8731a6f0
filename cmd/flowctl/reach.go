package main

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/provider"
)

// headers returns what is sent to the server of t with every request: the headers of
// its profile, of FLOWCTL_HEADERS and of --header.
func (a *app) headers(t target) (http.Header, error) {
	p, _ := a.config.profile(cmp.Or(t.Profile, a.profileOf(t.Server)))
	list := slices.Clone(p.Headers)
	if of := os.Getenv("FLOWCTL_SERVER"); of == "" || sameServer(of, t.Server) {
		list = append(list, headerLines(os.Getenv("FLOWCTL_HEADERS"))...)
	}
	return parseHeaders("--header", append(list, a.flags.headers...))
}

// headerLines returns the headers in the value of a variable, one a line.
func headerLines(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })
}

func parseHeaders(flag string, list []string) (http.Header, error) {
	h, err := httpx.ParseHeaders(list)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	return h, nil
}

// roots returns the certificates that are trusted for the server of t, nil for those
// of the system: --ca-cert, FLOWCTL_CA_CERT or the profile names a file of more.
func (a *app) roots(t target) (*x509.CertPool, error) {
	p, _ := a.config.profile(cmp.Or(t.Profile, a.profileOf(t.Server)))
	path := cmp.Or(a.flags.caCert, os.Getenv("FLOWCTL_CA_CERT"), p.CACert)
	if path == "" {
		return nil, nil
	}
	pool, err := httpx.Roots(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--ca-cert: %w", err)}
	}
	return pool, nil
}

// backend returns the services of the server of t for runs here.
func (a *app) backend(t target, opts provider.Options) (*provider.Backend, error) {
	var err error
	if opts.Header, err = a.headers(t); err != nil {
		return nil, err
	}
	roots, err := a.roots(t)
	if err != nil {
		return nil, err
	}
	opts.Transport = httpx.NewTransport(roots)
	backend, err := provider.NewBackend(t.Server, opts)
	if err != nil {
		return nil, usageError{err}
	}
	return backend, nil
}

// given adds what the flags say of how a server is reached to its profile.
func (a *app) given(p Profile) (Profile, error) {
	if len(a.flags.headers) > 0 {
		p.Headers = a.flags.headers
	}
	if a.flags.caCert != "" {
		path, err := filepath.Abs(a.flags.caCert)
		if err != nil {
			return p, fmt.Errorf("--ca-cert: %w", err)
		}
		p.CACert = path
	}
	if _, err := a.headers(target{Server: p.Server}); err != nil {
		return p, err
	}
	_, err := a.roots(target{Server: p.Server})
	return p, err
}
