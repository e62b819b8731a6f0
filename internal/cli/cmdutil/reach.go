package cmdutil

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/provider"
)

// headers returns what is sent to the server of t with every request: the headers of
// its profile, of FLOWCTL_HEADERS and of --header.
func (a *App) headers(t Target) (http.Header, error) {
	p, _ := a.Config.ProfileNamed(cmp.Or(t.Profile, a.ProfileOf(t.Server)))
	list := slices.Clone(p.Headers)
	if of := os.Getenv("FLOWCTL_SERVER"); of == "" || SameServer(of, t.Server) {
		list = append(list, HeaderLines(os.Getenv("FLOWCTL_HEADERS"))...)
	}
	return ParseHeaders("--header", append(list, a.Flags.headers...))
}

// HeaderLines returns the headers in the value of a variable, one a line.
func HeaderLines(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })
}

// ParseHeaders reads the headers in the values of a flag, each NAME:VALUE.
func ParseHeaders(flag string, list []string) (http.Header, error) {
	h, err := httpx.ParseHeaders(list)
	if err != nil {
		return nil, Usage(fmt.Errorf("%s: %w", flag, err))
	}
	return h, nil
}

// Roots returns the certificates that are trusted for the server of t, nil for those
// of the system: --ca-cert, FLOWCTL_CA_CERT or the profile names a file of more.
func (a *App) Roots(t Target) (*x509.CertPool, error) {
	p, _ := a.Config.ProfileNamed(cmp.Or(t.Profile, a.ProfileOf(t.Server)))
	path := cmp.Or(a.Flags.caCert, os.Getenv("FLOWCTL_CA_CERT"), p.CACert)
	if path == "" {
		return nil, nil
	}
	pool, err := httpx.Roots(path)
	if err != nil {
		return nil, Usage(fmt.Errorf("--ca-cert: %w", err))
	}
	return pool, nil
}

// Backend returns the services of the server of t for runs here.
func (a *App) Backend(t Target, opts provider.Options) (*provider.Backend, error) {
	var err error
	if opts.Header, err = a.headers(t); err != nil {
		return nil, err
	}
	roots, err := a.Roots(t)
	if err != nil {
		return nil, err
	}
	opts.Transport = httpx.NewTransport(roots)
	backend, err := provider.NewBackend(t.Server, opts)
	if err != nil {
		return nil, Usage(err)
	}
	return backend, nil
}

// WithFlags adds what the flags say of how a server is reached to its profile.
func (a *App) WithFlags(p Profile) (Profile, error) {
	if len(a.Flags.headers) > 0 {
		p.Headers = a.Flags.headers
	}
	if a.Flags.caCert != "" {
		path, err := filepath.Abs(a.Flags.caCert)
		if err != nil {
			return p, fmt.Errorf("--ca-cert: %w", err)
		}
		p.CACert = path
	}
	if _, err := a.headers(Target{Server: p.Server}); err != nil {
		return p, err
	}
	_, err := a.Roots(Target{Server: p.Server})
	return p, err
}

// ModelTimeout is how long a model may be silent unless --timeout says more: a
// big one thinks for minutes before its first word.
const ModelTimeout = 10 * time.Minute
