package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// vector is a run of the browser's executor as recorded, see
// testdata/vectors/README.md.
type vector struct {
	spec     flow.Spec
	abortAt  string
	observed js.Value
}

func readVector(t *testing.T, path string) vector {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseVector(t, text)
}

func parseVector(t *testing.T, text []byte) vector {
	t.Helper()
	doc, err := rawjson.ParseObject(text)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := doc.Get("flow")
	spec, err := flow.ParseSpec(raw)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := js.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	v := vector{spec: spec, observed: js.Get(whole, "observed")}
	if at, ok := js.AsString(js.Get(js.Get(whole, "options"), "abortAt")); ok {
		v.abortAt = at
	}
	return v
}

// exceptions are the errors whose wording is V8's own and not followed: by
// vector and node, the prefix that has to agree.
//
// Elsewhere V8's words are the engine's own.
func exceptions() map[string]map[string]string {
	return map[string]map[string]string{"50-data-url-not-base64-after-all": {"o": "Failed to upload file: "}}
}

// observe runs the vector's flow and puts what happened into the form of its
// "observed".
func observe(t *testing.T, v vector) js.Value {
	t.Helper()
	services, model := fakeServices()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var order, outputs js.Array
	opts := engine.Options{Semantics: browser.New, Services: services}
	opts.Events = func(e flow.Event) {
		status := map[flow.EventType]string{flow.EventNodeStarted: "running", flow.EventNodeFinished: e.Status}[e.Type]
		if status == "" {
			return
		}
		at := e.Node + ":" + status
		order = append(order, js.String(at))
		if n := v.spec.Node(e.Node); n.Type == flow.Output && status == "success" {
			result, err := js.Parse(string(e.Result))
			if err != nil {
				t.Fatal(err)
			}
			outputs = append(outputs, js.Array{js.String(e.Node), result})
		}
		if at == v.abortAt {
			cancel()
		}
	}
	res, err := engine.Run(ctx, v.spec, opts)
	if err != nil {
		t.Fatal(err)
	}
	judgedByExecutor(res)
	exec := res.Execution("")
	made := js.Object{{Key: "status", Value: js.String(res.Status)}, {Key: "nodeResults", Value: mustParse(t, exec.NodeResults)}}
	if len(res.Errors) > 0 {
		made = append(made, js.Member{Key: "errors", Value: mustParse(t, exec.Errors)})
	}
	made = append(made, js.Member{Key: "order", Value: append(js.Array{}, order...)})
	if outputs != nil {
		made = append(made, js.Member{Key: "outputEvents", Value: outputs})
	}
	if model.calls != nil {
		made = append(made, js.Member{Key: "modelCalls", Value: js.Array(model.calls)})
	}
	if undefined := undefinedResults(res); undefined != nil {
		made = append(made, js.Member{Key: "undefinedResults", Value: undefined})
	}
	return made
}

// judgedByExecutor takes the failures out of a result that the executor does not know:
// those of answers without words, which it takes for a success.
func judgedByExecutor(res *engine.Result) {
	for _, n := range res.Nodes {
		res.Errors = slices.DeleteFunc(res.Errors, func(f engine.NodeFailure) bool { return n.Failure != nil && errors.Is(f.Err, n.Failure) })
	}
	if res.Status == flow.RunError && len(res.Errors) == 0 {
		res.Status = flow.RunSuccess
	}
}

func undefinedResults(res *engine.Result) js.Array {
	var list js.Array
	for _, n := range res.Nodes {
		has := false
		for _, v := range res.NodeResults {
			has = has || v.Node == n.ID
		}
		if n.Status == flow.NodeSuccess && !has {
			list = append(list, js.String(n.ID))
		}
	}
	return list
}

func mustParse(t *testing.T, text []byte) js.Value {
	t.Helper()
	v, err := js.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestVectors runs every recorded flow in the browser's semantics and wants the
// same of it, to the order of keys.
func TestVectors(t *testing.T) {
	paths, err := filepath.Glob("testdata/vectors*/*.json")
	if err != nil || len(paths) < 100 {
		t.Fatalf("found %d vectors, %v", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			compareVector(t, name, readVector(t, path))
		})
	}
}

// TestRandomFlowsAsRecorded is TestVectors for random flows, see
// testdata/random/README.md.
func TestRandomFlowsAsRecorded(t *testing.T) {
	text, err := os.ReadFile("testdata/random/flows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		t.Run(fmt.Sprint("line ", i+1), func(t *testing.T) { compareVector(t, "", parseVector(t, line)) })
	}
}

func compareVector(t *testing.T, name string, v vector) {
	t.Helper()
	made := observe(t, v)
	for _, m := range v.observed.(js.Object) {
		got, want := js.Get(made, m.Key), m.Value
		if m.Key == "errors" {
			got = excuse(t, name, got, want)
		}
		if js.Text(got) != js.Text(want) {
			t.Errorf("%s is\n%s\nwant\n%s", m.Key, js.Text(got), js.Text(want))
		}
	}
	for _, m := range made.(js.Object) {
		if _, ok := js.Lookup(v.observed, m.Key); !ok {
			t.Errorf("%s is %s, want none", m.Key, js.Text(m.Value))
		}
	}
}

// excuse puts the recorded wording in place of ours where the table allows it.
func excuse(t *testing.T, name string, got, want js.Value) js.Value {
	t.Helper()
	for node, prefix := range exceptions()[name] {
		ours, theirs := js.ToString(js.Get(got, node)), js.ToString(js.Get(want, node))
		if !strings.HasPrefix(ours, prefix) || !strings.HasPrefix(theirs, prefix) {
			t.Errorf("the error of %s is %q, want %q, or the prefix %q in both", node, ours, theirs, prefix)
		}
		changed := js.Object{}
		for _, m := range got.(js.Object) {
			if m.Key == node {
				m.Value = js.String(theirs)
			}
			changed = append(changed, m)
		}
		got = changed
	}
	return got
}
