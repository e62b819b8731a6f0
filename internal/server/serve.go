package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// Timeouts and limits of a listener. A body is read completely before the database is used,
// so that a slow one does not block others.
const (
	headerTimeout = 5 * time.Second // TLS included
	readTimeout   = 5 * time.Minute // header and body
	strangerTime  = 5 * time.Second // the body of a request while nobody is signed in
	writeTimeout  = 10 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	maxConns      = 2048 // further connections wait until one of these ends

	// DefaultGrace is how long [Server.Serve] lets requests finish once it is told
	// to stop.
	DefaultGrace = 30 * time.Second
)

// ServeOptions are the options of a listener. The zero value is plain HTTP.
type ServeOptions struct {
	CertFile, KeyFile string        // PEM files for TLS, read again when they change; both or none
	Hosts             []string      // names, besides localhost, by which a listener on loopback may be asked for
	Grace             time.Duration // for requests in flight at the end; 0 is DefaultGrace
}

// Serve answers requests from ln until ctx is done, then takes no new ones, ends
// and records the runs of flows, lets requests in flight finish, and closes ln. It
// returns nil after a clean stop, and an error when requests had to be cut off or
// ln failed.
//
// Any number of servers may run the flows of a database. A server with runs in progress
// renews its lease every few seconds. The runs of a server that does not are marked as
// aborted by the others, and by itself when it starts again.
func (s *Server) Serve(ctx context.Context, ln net.Listener, opts ServeOptions) error {
	withTLS := opts.CertFile != "" || opts.KeyFile != ""
	var tlsConfig *tls.Config
	if withTLS {
		cert, err := loadCertificate(opts.CertFile, opts.KeyFile, s.log)
		if err != nil {
			return fmt.Errorf("load the certificate: %w", err)
		}
		tlsConfig = &tls.Config{GetCertificate: cert.get, MinVersion: tls.VersionTLS12}
	}
	s.lease.logOnce(s.reapDeadRuns(ctx)) // in vain, it is tried again
	defer s.startLease(ctx)()            // until the last run is recorded
	names := hostsFor(ln.Addr(), opts.Hosts)
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.serve(&call{ResponseWriter: w, s: s, r: r, hosts: names})
		}),
		TLSConfig:         tlsConfig,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	ln = netutil.LimitListener(newPerAddress(ln, maxConns/2, s.isProxy), maxConns)
	failed := make(chan error, 1)
	go func() {
		if withTLS {
			failed <- srv.ServeTLS(ln, "", "")
		} else {
			failed <- srv.Serve(ln)
		}
	}()
	select {
	case err := <-failed:
		_ = srv.Close()
		s.EndRuns()
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	s.EndRuns() // those who wait for one are answered
	return stop(srv, opts.Grace)
}

// startLease keeps the lease on runs until the function that it returns is called.
func (s *Server) startLease(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.keepLease(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// EndRuns ends the runs of flows, accepts no more, and returns when all are recorded. Serve
// calls it at its end.
func (s *Server) EndRuns() {
	s.runs.stop()
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	s.lease.end(ctx)
}

func stop(srv *http.Server, grace time.Duration) error {
	if grace <= 0 {
		grace = DefaultGrace
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := srv.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		_ = srv.Close()
		return fmt.Errorf("requests were still running after %s and were cut off", grace)
	}
	return err
}
