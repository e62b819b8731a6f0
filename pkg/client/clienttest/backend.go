// Package clienttest is a flows backend in memory that behaves like Open WebUI's
// fork, with all its surprises: for tests of programs that use package client.
//
//	backend := clienttest.New(clienttest.Options{})
//	server := httptest.NewServer(backend)
//	defer server.Close()
//	c, err := client.New(server.URL, client.WithToken("ann-token"))
//
// What it does was observed on the fork (its flows router and models under FastAPI
// 0.115), not taken from its documentation, or stands in its source, version 0.6.36,
// below backend/open_webui: comments name file and function.
package clienttest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are the switches of a [Backend]. The zero value is the backend as it
// comes, with [Accounts], a group "Reviewers" of Bob's, [Handbook], [Picture] and [Pages].
type Options struct {
	Users        []User
	Groups       []Group
	Knowledge    []Knowledge
	Files        []File
	Pages        []Document // what a web search finds; an empty list is nothing
	Web          WebAnswer
	ImportMended bool             // POST /import works (and drops meta and access_control)
	FrontEnd     bool             // a built front end answers wrong paths, 200 with HTML
	KeysOff      bool             // tokens that begin with sk- are refused
	Latency      time.Duration    // before every answer
	Now          func() time.Time // its clock; nil is the machine's
	Models       []string         // ids that everybody may use; nil lists "llama3" and takes any
	HiddenModels []string         // ids that only administrators may use
	LostModels   []string         // ids whose chats fail on the way to the model
	Chat         http.Handler     // answers the chats that pass the checks; nil for no model
}

// Backend is the backend. It is an [http.Handler], safe for concurrent use.
type Backend struct {
	opts Options
	mux  *http.ServeMux

	mu         sync.Mutex
	flows      []*storedFlow
	executions []*execution
	faults     []*Fault
	files      []*File
	searched   map[string][]Document // what web searches have kept, by collection
	requests   []Request
}

// Request is a request as it came.
type Request struct {
	Method, Path  string
	Query         string // raw
	Authorization string
	Body          string
}

// New makes an empty backend.
func New(opts Options) *Backend {
	if opts.Users == nil {
		opts.Users = Accounts()
	}
	opts.Users = slices.Clone(opts.Users)
	if opts.Groups == nil {
		opts.Groups = []Group{{ID: "group-1", Name: "Reviewers", Members: []string{"bob-id"}}}
	}
	for i := range opts.Users {
		for _, g := range opts.Groups {
			if slices.Contains(g.Members, opts.Users[i].ID) {
				opts.Users[i].groups = append(opts.Users[i].groups, g.ID)
			}
		}
	}
	if opts.Knowledge == nil {
		opts.Knowledge = []Knowledge{Handbook()}
	}
	if opts.Files == nil {
		opts.Files = []File{Picture()}
	}
	if opts.Pages == nil {
		opts.Pages = Pages()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	b := &Backend{opts: opts, searched: make(map[string][]Document)}
	for i := range opts.Files {
		b.files = append(b.files, &opts.Files[i])
	}
	b.routes()
	return b
}

// Asked lists what was asked so far.
func (b *Backend) Asked() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// Requests lists what was asked so far, as "METHOD path".
func (b *Backend) Requests() []string {
	var all []string
	for _, r := range b.Asked() {
		all = append(all, r.Method+" "+r.Path)
	}
	return all
}

// Count returns how often method was used on path.
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
	body, _ := io.ReadAll(r.Body) // what there is of it
	r.Body = io.NopCloser(bytes.NewReader(body))
	b.mu.Lock()
	b.requests = append(b.requests, Request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), string(body)})
	fault := b.fault(r)
	b.mu.Unlock()
	if fault != nil {
		fault.serve(b, w, r)
		return
	}
	b.serve(w, r)
}

// serve answers without any fault. One request at a time: the real one has one
// worker, too. Chats take their time, and are answered at the same time as others.
func (b *Backend) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == chatPath && r.Method == http.MethodPost {
		b.chat(w, r)
		return
	}
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
