package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowctl/flowctl/internal/modeltest"
	"github.com/flowctl/flowctl/internal/upstreamtest"
)

// scriptModel starts an OpenAI-compatible server and sets MODEL_URL; with -backend
// it is also a backend that behaves like the real one, and FLOWCTL_SERVER and
// FLOWCTL_TOKEN are set. It makes the file "arrived" when it is asked what it will
// not answer.
func scriptModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "-backend" {
		ts.Fatalf("usage: model [-backend]")
	}
	models := modeltest.New()
	arrived := ts.MkAbs("arrived")
	models.Arrived = func() { _ = os.WriteFile(arrived, nil, 0o600) }
	*scriptModels(ts) = models
	var handler http.Handler = models
	if len(args) > 0 {
		handler = withModels(ts, models)
	}
	web := httptest.NewServer(handler)
	ts.Defer(web.Close)
	ts.Setenv("MODEL_URL", web.URL)
	if len(args) > 0 {
		ts.Setenv("FLOWCTL_SERVER", web.URL)
		ts.Setenv("FLOWCTL_TOKEN", "admin-token")
	}
}

// withModels is the upstream backend with models, knowledge, the web and files.
func withModels(ts *testscript.TestScript, models http.Handler) http.Handler {
	flows := upstreamtest.New(upstreamtest.Options{})
	*scriptBackend(ts) = flows
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, prefix := range []string{"/api/chat/", "/api/v1/knowledge/", "/api/v1/retrieval/", "/api/v1/files/"} {
			if strings.HasPrefix(r.URL.Path, prefix) {
				models.ServeHTTP(w, r)
				return
			}
		}
		flows.ServeHTTP(w, r)
	})
}

type modelsKey struct{}

// scriptModels is where a script's model server is kept.
func scriptModels(ts *testscript.TestScript) **modeltest.Server {
	return ts.Value(modelsKey{}).(**modeltest.Server)
}

// scriptAsked writes to stdout what the model server was asked so far: method,
// path, authorization and body.
func scriptAsked(ts *testscript.TestScript, _ bool, _ []string) {
	models := *scriptModels(ts)
	if models == nil {
		ts.Fatalf("asked: no model is running")
	}
	for _, r := range models.Requests() {
		_, _ = ts.Stdout().Write([]byte(strings.Join([]string{r.Method, r.Path, r.Authorization, r.Body}, " ") + "\n"))
	}
}
