package server

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// DefaultMaxBody is the largest request body that is read unless [Options] says
// otherwise: 16 MiB.
const DefaultMaxBody = 16 << 20

// DefaultKeepVersions is how many versions of a flow are kept unless [Options] says
// otherwise.
const DefaultKeepVersions = 200

// DefaultKeepAudit is how many entries of the audit log are kept unless [Options] says
// otherwise: some 200 MB.
const DefaultKeepAudit = 1_000_000

// Options are a server's settings. The zero value is usable.
type Options struct {
	MaxBody     int64          // largest body of a request in bytes; 0 is DefaultMaxBody
	CORSOrigins []string       // origins whose pages may call, such as https://flows.example.org, or "*"
	Proxies     []netip.Prefix // of the proxies in front, whose X-Forwarded-For is believed
	Logger      *slog.Logger   // nil logs nothing
	Version     string         // answered at /api/version
	Compat      Compat         // whose pages the lists without parameters are for

	Runs           *Runs // nil leaves running to the clients
	Memory         int64 // bytes that everything under way holds; 0 is DefaultMemory
	Quotas         Quotas
	KeepExecutions int           // how many executions of a flow are kept, the newest; 0 is all
	KeepVersions   int           // how many versions of a flow are kept, the newest and those with a label; 0 is DefaultKeepVersions, -1 all
	KeepAudit      int           // how many entries of the audit log are kept; 0 is DefaultKeepAudit, -1 all
	KeepDeleted    time.Duration // how long a deleted flow can be restored; 0 is DefaultKeepDeleted, negative for ever
}

// Compat names a program whose pages use the server.
type Compat string

// OpenWebUI is the fork of Open WebUI that has flows. Its pages ask for lists without
// parameters, and want whole flows.
const OpenWebUI Compat = "open-webui"

// Server answers the flows API. It is safe for concurrent use.
type Server struct {
	st      *store.Store
	maxBody int64
	version string
	compat  Compat
	keep    int

	keepDeleted time.Duration // negative for ever
	lease       *lease
	runs        *runs // nil if flows are run by clients
	log         *slog.Logger
	mux         func() *http.ServeMux
	cors        cors
	proxies     []netip.Prefix
	sameWeb     http.CrossOriginProtection
	keys        keyCache
	signIns     signIns
	quotas      quotas
	memory      *memory
	metrics     func() *serverMetrics
	answers     sync.Pool // of *answer

	// How long a body may take to arrive, while nobody is signed in and after that:
	// strangerTime and readTimeout, but in tests.
	strangerTime, userTime time.Duration
}

// New returns a server over st. The caller closes st.
func New(st *store.Store, opts Options) *Server {
	st.KeepAudit = cmp.Or(opts.KeepAudit, DefaultKeepAudit)
	st.KeepVersions = cmp.Or(opts.KeepVersions, DefaultKeepVersions)
	s := &Server{
		st:      st,
		maxBody: opts.MaxBody,
		version: opts.Version,
		compat:  opts.Compat,
		keep:    opts.KeepExecutions,

		keepDeleted: cmp.Or(opts.KeepDeleted, DefaultKeepDeleted),
		memory:      newMemory(opts.Memory),
		quotas:      quotas{Quotas: opts.Quotas, st: st},
		log:         opts.Logger,
		cors:        cors{origins: opts.CORSOrigins},
		proxies:     opts.Proxies,

		strangerTime: strangerTime, userTime: readTimeout,
	}
	if s.maxBody <= 0 {
		s.maxBody = DefaultMaxBody
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.lease = newLease(st, s.log)
	if opts.Runs != nil {
		s.runs = newRuns(s, opts)
	}
	s.mux = sync.OnceValue(s.newMux)
	s.metrics = sync.OnceValue(s.newMetrics)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serve(&call{ResponseWriter: w, s: s, r: r})
}

// serve does what all requests have in common: the id, headers, the route, and the log.
func (s *Server) serve(c *call) {
	start := time.Now()
	c.id = requestID(c.r)
	h := c.Header()
	h.Set("Flowctl-Api", "1")
	h.Set("X-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if c.r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if c.local == nil {
		m := s.metrics()
		m.inFlight.Add(1)
		defer func() {
			m.inFlight.Add(-1)
			m.observe(c, time.Since(start))
		}()
	}
	defer s.logRequest(c, start)
	defer s.recoverPanic(c)
	defer c.release()
	if !c.hosts.has(c.r.Host) {
		c.fail(errWrongHost)
		return
	}
	s.cors.setHeaders(c)
	c.bodyTime(s.strangerTime)
	if len(c.r.TransferEncoding) > 0 {
		// A proxy in front that looked at a Content-Length next to it would take the rest
		// of the body for another request (RFC 9112, 6.1); net/http does not say whether
		// there was one.
		h.Set("Connection", "close")
	}
	// ServeMux would redirect these to a cleaned path.
	if p := c.r.URL.Path; strings.Contains(p, "//") || strings.Contains(p, "/.") {
		c.fail(errNotFound)
		return
	}
	s.mux().ServeHTTP(c, c.r)
}

// recoverPanic answers a handler's panic with a 500 without details. If the answer has begun
// the connection is closed instead, so that no client takes a part for the whole.
func (s *Server) recoverPanic(c *call) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p)
	}
	s.log.Error("panic", "request_id", c.id, "error", fmt.Sprint(p), "stack", string(debug.Stack()))
	if c.status != 0 {
		panic(http.ErrAbortHandler)
	}
	c.fail(&problem{status: http.StatusInternalServerError, cause: fmt.Errorf("panic: %v", p)})
}
