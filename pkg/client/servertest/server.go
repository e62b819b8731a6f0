// Package servertest starts flowctl's own server in the process of a test, with an empty
// database that goes when the server is closed:
//
//	s, err := servertest.New(servertest.Options{})
//	...
//	defer s.Close()
//	c, err := client.New(s.URL, client.WithToken(s.Token))
//
// It is the real server, so what a test sees of it is what users get. Programs that use
// it need SQLite; [github.com/flowctl/flowctl/pkg/client/clienttest], the double of Open
// WebUI, does not.
package servertest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
)

// Options are the settings of a [Server]. The zero value runs flows, with a model that
// echoes: it answers "[model] prompt", whatever model is asked.
type Options struct {
	NoRuns bool                            // running flows is left to the clients
	Wrap   func(http.Handler) http.Handler // stands before the server, to make it fail; nil for nothing
}

// Server is a running server with one account, an administrator.
type Server struct {
	URL   string // for client.New
	Token string // of the account, an API key

	dir   string
	store *store.Store
	api   *server.Server
	http  *httptest.Server
}

// New starts a server on a port of this machine. Close it when the test is over.
func New(opts Options) (*Server, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "flowctl-servertest-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server's database: %w", err)
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, opts); err != nil {
		s.Close()
		return nil, fmt.Errorf("start the server: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, opts Options) (err error) {
	if s.store, err = store.Open(ctx, filepath.Join(s.dir, "flows.db")); err != nil {
		return err
	}
	admin, err := server.EnsureAdmin(ctx, s.store)
	if err != nil {
		return err
	}
	if s.Token, _, err = server.NewKey(ctx, s.store, admin.ID, "test"); err != nil {
		return err
	}
	options := server.Options{}
	if !opts.NoRuns {
		options.Runs = &server.Runs{Services: engine.Services{Model: engine.Echo{}}}
	}
	s.api = server.New(s.store, options)
	handler := http.Handler(s.api)
	if opts.Wrap != nil {
		handler = opts.Wrap(handler)
	}
	s.http = httptest.NewServer(handler)
	s.URL = s.http.URL
	return nil
}

// Close ends the runs under way, stops the server and removes its database.
func (s *Server) Close() {
	if s.api != nil {
		s.api.EndRuns()
	}
	if s.http != nil {
		s.http.Close()
	}
	if s.store != nil {
		_ = s.store.Close()
	}
	_ = os.RemoveAll(s.dir)
}
