package engine_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// FuzzRun runs whatever is a flow, in both semantics. Nothing may panic, whatever
// comes out is JSON, and a run ends within its limits.
func FuzzRun(f *testing.F) {
	paths, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		doc, err := rawjson.ParseObject(text)
		if err != nil {
			f.Fatal(err)
		}
		spec, _ := doc.Get("flow")
		f.Add([]byte(spec))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		spec, err := flow.ParseSpec(text)
		if err != nil {
			return
		}
		for _, semantics := range []string{browser.Standard, browser.Name} {
			services, _ := fakeServices()
			opts := engine.Options{Semantics: named(semantics), Services: services, Limits: engine.Limits{Nodes: 300, Rounds: 100, Result: 10_000, Time: 20 * time.Second}}
			browser.Explain(spec, opts)
			res, err := engine.Run(t.Context(), spec, opts)
			if err != nil {
				continue // refused
			}
			var panicked *engine.PanicError
			for _, failure := range res.Errors {
				if errors.As(failure.Err, &panicked) {
					t.Fatalf("%s: node %q: %v\n%s", semantics, failure.Node, panicked, panicked.Stack)
				}
			}
			exec := res.Execution("")
			for _, made := range []json.RawMessage{exec.Inputs, exec.Outputs, exec.NodeResults, exec.Errors, exec.Meta} {
				if !json.Valid(made) {
					t.Fatalf("%s: made %s", semantics, made)
				}
			}
		}
	})
}

// FuzzPlaceholders wants placeholders to be found where they stand, in order and
// apart from each other.
func FuzzPlaceholders(f *testing.F) {
	for _, text := range []string{"{{input}}", "{{{ a.output.b }}}", "{{ {{x.output}} }}", "}}{{", "{{a.output}}{{b.output", "{{\u00a0input\ufeff}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for p := range engine.Placeholders(text) {
			whole := text[p.Start:p.End]
			if p.Start < end || !strings.HasPrefix(whole, "{{") || !strings.HasSuffix(whole, "}}") || !strings.Contains(whole, p.Body) {
				t.Fatalf("in %q there is %+v after %d", text, p, end)
			}
			end = p.End
		}
	})
}
