package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowctl/flowctl/internal/modeltest"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

// scriptUpstream starts a backend that behaves like the real one, with models that
// behave as modeltest's, and signs in as a user, Ann (see clienttest.Accounts).
// It makes the file "arrived" when a model is asked what it will not answer.
func scriptUpstream(ts *testscript.TestScript, neg bool, args []string) {
	models := modeltest.New()
	arrived := ts.MkAbs("arrived")
	models.Arrived = func() { _ = os.WriteFile(arrived, nil, 0o600) }
	opts := clienttest.Options{Chat: models, LostModels: []string{"lost"}}
	for _, arg := range args {
		if web, ok := webAnswers()[arg]; ok {
			opts.Web = web
			continue
		}
		switch arg {
		case "-no-documents":
			empty := clienttest.Handbook()
			empty.Documents = nil
			opts.Knowledge = []clienttest.Knowledge{empty}
		case "-web-none":
			opts.Pages = []clienttest.Document{}
		case "-front-end":
			opts.FrontEnd = true
		case "-import-mended":
			opts.ImportMended = true
		default:
			ts.Fatalf("usage: upstream [-front-end] [-import-mended] [-web-docs|-web-collection|-web-lost|-web-unloaded|-web-none] [-no-documents]")
		}
	}
	if neg {
		ts.Fatalf("upstream cannot be negated")
	}
	backend := clienttest.New(opts)
	web := httptest.NewServer(backend)
	ts.Defer(web.Close)
	ts.Setenv("FLOWCTL_SERVER", web.URL)
	ts.Setenv("FLOWCTL_TOKEN", "ann-token")
	*scriptBackend(ts) = backend
}

func webAnswers() map[string]clienttest.WebAnswer {
	return map[string]clienttest.WebAnswer{
		"-web-docs": clienttest.WebDocs, "-web-collection": clienttest.WebCollection, "-web-lost": clienttest.WebLost, "-web-unloaded": clienttest.WebUnloaded,
	}
}

type backendKey struct{}

// scriptBackend is where a script's upstream backend is kept.
func scriptBackend(ts *testscript.TestScript) **clienttest.Backend {
	return ts.Value(backendKey{}).(**clienttest.Backend)
}

// scriptRequests writes to stdout what the upstream backend was asked so far, the
// lines that begin with one of args' methods, or all.
func scriptRequests(ts *testscript.TestScript, _ bool, args []string) {
	backend := *scriptBackend(ts)
	if backend == nil {
		ts.Fatalf("requests: no upstream is running")
	}
	for _, r := range backend.Requests() {
		if method, _, _ := strings.Cut(r, " "); len(args) == 0 || slices.Contains(args, method) {
			_, _ = ts.Stdout().Write([]byte(r + "\n"))
		}
	}
}

// scriptAnswers starts a server that gives every request the same answer.
func scriptAnswers(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: answers STATUS CONTENT-TYPE FILE")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	body := ts.ReadFile(args[2])
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", args[1])
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	ts.Defer(web.Close)
	ts.Setenv("FLOWCTL_SERVER", web.URL)
	ts.Setenv("FLOWCTL_TOKEN", "any")
}

// scriptFault lets the upstream backend answer the next such requests with 500, with a
// status and a detail, or with half of the answer and then nothing.
func scriptFault(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 && len(args) != 5 && (len(args) != 4 || args[3] != "stalls") {
		ts.Fatalf("usage: fault TIMES METHOD END-OF-PATH [STATUS DETAIL|stalls]")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	f := clienttest.Fault{Method: args[1], Path: args[2], Times: times}
	switch len(args) {
	case 4:
		f.Cut, f.Silent = true, time.Minute
	case 5:
		f.Status, err = strconv.Atoi(args[3])
		ts.Check(err)
		f.Header = http.Header{"Content-Type": {"application/json"}}
		f.Body = `{"detail":` + strconv.Quote(args[4]) + `}`
	}
	(*scriptBackend(ts)).Fail(f)
}

// scriptPost sends what flowctl would not, and prints the answer.
func scriptPost(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: post PATH FILE [HEADER: VALUE]...")
	}
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("FLOWCTL_SERVER")+args[0], strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+ts.Getenv("FLOWCTL_TOKEN"))
	req.Header.Set("Content-Type", "application/json")
	for _, header := range args[2:] {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(errors.Join(err, resp.Body.Close()))
}

// scriptHangs starts a server that never answers, and makes the file "arrived"
// when the first request is there.
func scriptHangs(ts *testscript.TestScript, _ bool, _ []string) {
	arrived := ts.MkAbs("arrived")
	over := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = os.WriteFile(arrived, nil, 0o600)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	ts.Defer(func() {
		close(over)
		web.Close()
	})
	ts.Setenv("FLOWCTL_SERVER", web.URL)
	ts.Setenv("FLOWCTL_TOKEN", "any")
}
