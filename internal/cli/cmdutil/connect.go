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

// Connect returns a client of the server that flags, environment and configuration name; the
// same one on every call. It is closed when the command ends.
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

// Begin returns the printer for a command's flags, and a client.
func (a *App) Begin(ctx context.Context, o OutputFlags) (*output.Printer, *client.Client, error) {
	p, err := a.Printer(o)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.Connect(ctx)
	return p, c, err
}

// FindFlow returns a client, and the id of the flow with a name; see [Resolve].
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

// headers returns the headers of every request to t: those of its profile, of
// FLOWCTL_HEADERS and of --header.
func (a *App) headers(t Target) (http.Header, error) {
	p, _ := a.Config.ProfileNamed(cmp.Or(t.Profile, a.ProfileOf(t.Server)))
	list := slices.Clone(p.Headers)
	if of := os.Getenv("FLOWCTL_SERVER"); of == "" || SameServer(of, t.Server) {
		list = append(list, HeaderLines(os.Getenv("FLOWCTL_HEADERS"))...)
	}
	return ParseHeaders("--header", append(list, a.Flags.headers...))
}

// HeaderLines splits the value of a variable into headers, one a line.
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

// Roots returns the trusted certificates for the server of t, nil for the system's alone.
// --ca-cert, FLOWCTL_CA_CERT or the profile names a file with more.
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

// Backend returns the services of the server of t, for runs in this process.
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

// WithFlags returns p with the headers and certificates of the flags.
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

// ModelTimeout is the shortest idle timeout for models: a big one may need minutes until its
// first word.
const ModelTimeout = 10 * time.Minute

// localMaxBody is the largest request body of the local store, in bytes: the limit of flow
// files, and room for their wrapper.
const localMaxBody = 65 << 20

// LocalPath returns the path of the local store.
func LocalPath() (string, error) {
	dir, err := dataDir()
	return filepath.Join(dir, "flowctl.db"), err
}

// LocalDB is [LocalPath]. It makes the folder if it is missing, readable by the user alone.
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

// connectLocal returns a client of a server in this process over the local store, without a
// socket.
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
