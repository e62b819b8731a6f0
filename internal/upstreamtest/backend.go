// Package upstreamtest behaves like the real backend of the flows API, the fork
// of Open WebUI, with all that surprises in it: for tests of whatever must cope
// with both. It keeps everything in memory.
//
// What it does was observed on the real backend (its flows router and models
// under FastAPI 0.115), not taken from its documentation.
package upstreamtest

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// User is an account.
type User struct {
	ID    string
	Name  string
	Email string
	Role  string // "admin", "user" or "pending"
	Token string // what the account signs its calls with
}

// Options are the switches of a [Backend]. The zero value is the backend as it
// comes, with one administrator, whose token is "admin-token".
type Options struct {
	Users        []User
	ImportMended bool             // POST /import works (and drops meta and access_control)
	FrontEnd     bool             // a built front end answers wrong paths, 200 with HTML
	KeysOff      bool             // tokens that begin with sk- are refused
	Latency      time.Duration    // before every answer
	Now          func() time.Time // its clock; nil is the machine's
	Models       []string         // ids; nil is one, "llama3"
}

// Backend is the backend. It is an [http.Handler], safe for concurrent use.
type Backend struct {
	opts Options
	mux  *http.ServeMux

	mu         sync.Mutex
	flows      []*storedFlow
	executions []*execution
	faults     []*Fault
	requests   []string
}

// New makes an empty backend.
func New(opts Options) *Backend {
	if opts.Users == nil {
		opts.Users = []User{{ID: "admin-id", Name: "Admin", Email: "admin@example.com", Role: "admin", Token: "admin-token"}}
	}
	if opts.Models == nil {
		opts.Models = []string{"llama3"}
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	b := &Backend{opts: opts}
	b.routes()
	return b
}

// Requests lists what was asked so far, as "METHOD path".
func (b *Backend) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.requests...)
}

// Count tells how often method was used on path.
func (b *Backend) Count(method, path string) int {
	n := 0
	for _, r := range b.Requests() {
		if r == method+" "+path {
			n++
		}
	}
	return n
}

// Stored lists the ids of the flows that are stored, oldest first: those too that
// no answer can hold.
func (b *Backend) Stored() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []string
	for _, f := range b.flows {
		ids = append(ids, f.id)
	}
	return ids
}

// ServeHTTP answers one request.
func (b *Backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(b.opts.Latency)
	w.Header().Set("Date", b.opts.Now().UTC().Format(http.TimeFormat))
	b.mu.Lock()
	b.requests = append(b.requests, r.Method+" "+r.URL.Path)
	fault := b.fault(r)
	b.mu.Unlock()
	if fault != nil {
		fault.serve(b, w, r)
		return
	}
	b.serve(w, r)
}

// serve answers without any fault. One request at a time: the real one has one
// worker, too.
func (b *Backend) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Method == http.MethodHead || r.Method == http.MethodOptions {
		fail(w, http.StatusMethodNotAllowed, "Method Not Allowed")
		return
	}
	b.mux.ServeHTTP(w, r)
}

// wrongPath answers what no route takes.
func (b *Backend) wrongPath(w http.ResponseWriter, r *http.Request) {
	switch {
	case b.opts.FrontEnd && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html>\n<html><head><title>Open WebUI</title></head><body></body></html>\n"))
	case b.opts.FrontEnd:
		fail(w, http.StatusMethodNotAllowed, "Method Not Allowed")
	case r.URL.Path == strings.TrimSuffix(flowsPath, "/"):
		http.Redirect(w, r, "http://"+r.Host+flowsPath, http.StatusTemporaryRedirect)
	default:
		fail(w, http.StatusNotFound, "Not Found")
	}
}

// user tells who asks; nil if that was answered already.
func (b *Backend) user(w http.ResponseWriter, r *http.Request) *User {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		token = ""
	}
	if c, err := r.Cookie("token"); err == nil && token == "" {
		token = c.Value
	}
	if token == "" {
		fail(w, http.StatusUnauthorized, "Not authenticated")
		return nil
	}
	if b.opts.KeysOff && strings.HasPrefix(token, "sk-") {
		fail(w, http.StatusForbidden, "Use of API key is not enabled in the environment.")
		return nil
	}
	for i, u := range b.opts.Users {
		switch {
		case u.Token != token:
		case u.Role == "pending":
			fail(w, http.StatusUnauthorized, noPermission)
			return nil
		default:
			return &b.opts.Users[i]
		}
	}
	fail(w, http.StatusUnauthorized, "401 Unauthorized") //nolint:misspell // its own words
	return nil
}
