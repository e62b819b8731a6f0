package main

import (
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowctl/flowctl/internal/modeltest"
)

// scriptModel starts an OpenAI-compatible server and sets MODEL_URL. It makes the
// file "arrived" when it is asked what it will not answer.
func scriptModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: model")
	}
	models := modeltest.New()
	arrived := ts.MkAbs("arrived")
	models.Arrived = func() { _ = os.WriteFile(arrived, nil, 0o600) }
	*scriptModels(ts), *scriptBackend(ts) = models, nil
	web := httptest.NewServer(models)
	ts.Defer(web.Close)
	ts.Setenv("MODEL_URL", web.URL)
}

type modelsKey struct{}

// scriptModels is where a script's model server is kept.
func scriptModels(ts *testscript.TestScript) **modeltest.Server {
	return ts.Value(modelsKey{}).(**modeltest.Server)
}

// scriptAsked writes to stdout what the model server or the upstream backend that was
// started last was asked so far: method, path, authorization and body.
func scriptAsked(ts *testscript.TestScript, _ bool, _ []string) {
	models, backend := *scriptModels(ts), *scriptBackend(ts)
	var lines []string
	switch {
	case backend != nil:
		for _, r := range backend.Asked() {
			lines = append(lines, strings.Join([]string{r.Method, r.Path, r.Authorization, r.Body}, " "))
		}
	case models != nil:
		for _, r := range models.Requests() {
			lines = append(lines, strings.Join([]string{r.Method, r.Path, r.Authorization, r.Body}, " "))
		}
	default:
		ts.Fatalf("asked: no model is running")
	}
	for _, line := range lines {
		_, _ = ts.Stdout().Write([]byte(line + "\n"))
	}
}
