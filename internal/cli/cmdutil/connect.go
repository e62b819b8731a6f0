package cmdutil

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/provider"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
)

// Connect returns a client of the server that flags, environment and configuration
// name, each time the same. What it opens is closed when the command ends.
func (a *App) Connect(ctx context.Context) (*client.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	t, err := a.Target()
	if err != nil {
		return nil, err
	}
	a.client, err = a.ConnectTo(ctx, t)
	return a.client, err
}

// Begin returns what most commands begin with: the printer of their flags, and a client.
func (a *App) Begin(ctx context.Context, o OutputFlags) (*output.Printer, *client.Client, error) {
	p, err := a.Printer(o)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.Connect(ctx)
	return p, c, err
}

// FindFlow connects and finds the id of the flow that name means.
func (a *App) FindFlow(ctx context.Context, name string) (c *client.Client, id string, err error) {
	if c, err = a.Connect(ctx); err != nil {
		return nil, "", err
	}
	id, err = Resolve(ctx, c, name)
	return c, id, err
}

// ConnectTo returns a client of t.
func (a *App) ConnectTo(ctx context.Context, t Target) (*client.Client, error) {
	opts := []client.Option{
		client.WithUserAgent("flowctl/" + ReleaseVersion()),
		client.WithTimeout(a.Config.Timeout),
	}
	if a.Flags.Debug {
		opts = append(opts, client.WithDebug(a.Err))
	}
	a.Connected = t
	if t.Local() {
		return a.connectLocal(ctx, opts)
	}
	headers, err := a.headers(t)
	if err != nil {
		return nil, err
	}
	roots, err := a.Roots(t)
	if err != nil {
		return nil, err
	}
	c, err := client.New(t.Server, append(opts, client.WithToken(t.Token), client.WithHeaders(headers), client.WithRootCAs(roots))...)
	if err != nil {
		return nil, Usage(err)
	}
	return c, nil
}

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

// localMaxBody is the largest flow that the embedded store takes, in bytes: a
// flow file's own limit, and room for its wrapper.
const localMaxBody = 65 << 20

// LocalPath is the path of the embedded store.
func LocalPath() (string, error) {
	dir, err := dataDir()
	return filepath.Join(dir, "flowctl.db"), err
}

// LocalDB is LocalPath, in a folder that is made if need be, readable by the user
// alone.
func LocalDB() (string, error) {
	path, err := LocalPath()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w; set FLOWCTL_DATA to a folder that can be written", err)
	}
	return path, nil
}

// connectLocal returns a client of the server in this process, over the embedded
// store, without a socket.
func (a *App) connectLocal(ctx context.Context, opts []client.Option) (*client.Client, error) {
	path, err := LocalDB()
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	a.Closers = append(a.Closers, st.Close)
	admin, err := server.EnsureAdmin(ctx, st)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errors.New("none of the local store's users is an admin; make one with 'flowctl server user add EMAIL --role admin'")
	}
	if err != nil {
		return nil, err
	}
	s := server.New(st, server.Options{MaxBody: localMaxBody, Version: ReleaseVersion()})
	return client.New("http://local.flowctl", append(opts, client.WithTransport(s.Transport(*admin)))...)
}
