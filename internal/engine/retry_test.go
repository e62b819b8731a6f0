package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// shaky fails the first call of each kind, with an error after which another try
// may succeed.
type shaky struct {
	fakeKnowledge
	fakeSearch
	fakeFiles
	failed map[string]bool
	err    error
}

func (s *shaky) fail(what string) error {
	if s.failed[what] {
		return nil
	}
	s.failed[what] = true
	return s.err
}

func (s *shaky) Knowledge(ctx context.Context, id string) (json.RawMessage, error) {
	if err := s.fail("knowledge"); err != nil {
		return nil, err
	}
	return s.fakeKnowledge.Knowledge(ctx, id)
}

func (s *shaky) QueryDoc(ctx context.Context, collection, query string, k int) (json.RawMessage, error) {
	if err := s.fail("doc"); err != nil {
		return nil, err
	}
	return s.fakeKnowledge.QueryDoc(ctx, collection, query, k)
}

func (s *shaky) Search(ctx context.Context, query string) (json.RawMessage, error) {
	if err := s.fail("search"); err != nil {
		return nil, err
	}
	return s.fakeSearch.Search(ctx, query)
}

func (s *shaky) QueryCollection(ctx context.Context, names json.RawMessage, query string, k int) (json.RawMessage, error) {
	if err := s.fail("collection"); err != nil {
		return nil, err
	}
	return s.fakeSearch.QueryCollection(ctx, names, query, k)
}

func (s *shaky) Page(ctx context.Context, url string) (json.RawMessage, error) {
	if err := s.fail("page"); err != nil {
		return nil, err
	}
	return s.fakeSearch.Page(ctx, url)
}

func (s *shaky) Content(ctx context.Context, id string) (string, []byte, error) {
	if err := s.fail("content"); err != nil {
		return "", nil, err
	}
	return s.fakeFiles.Content(ctx, id)
}

func (s *shaky) ContentType(ctx context.Context, id string) (string, error) {
	if err := s.fail("type"); err != nil {
		return "", err
	}
	return s.fakeFiles.ContentType(ctx, id)
}

// TestCallsAreTriedAgain wants every kind of call that only reads tried again in
// standard, if it may succeed then, and never in the browser.
func TestCallsAreTriedAgain(t *testing.T) {
	spec := newFlow().
		node("k", flow.Knowledge, `{"knowledgeBaseId":"kb","query":"q"}`).
		node("s", flow.WebSearch, `{"query":"q"}`).
		node("p", flow.WebSearch, `{"query":"http://a.test/"}`).
		node("i", flow.Input, `{"fileIds":["cccc0000"]}`).
		node("m", flow.Model, ask("{{input}}")).
		node("o", flow.Output, `{"format":"file"}`).
		edge("i", "m", "").edge("i", "o", "").spec()
	for _, a := range []struct {
		name      string
		err       error
		semantics string
		retries   int
		status    flow.RunStatus
		failed    int // kinds of calls
	}{
		{"lost", &engine.LostError{context.DeadlineExceeded}, browser.Standard, 1, flow.RunSuccess, 7},
		{"busy", &engine.HTTPError{StatusCode: 503}, browser.Standard, 1, flow.RunSuccess, 7},
		{"never", &engine.HTTPError{StatusCode: 503}, browser.Standard, -1, flow.RunError, 5},
		{"refused", &engine.HTTPError{StatusCode: 403}, browser.Standard, 1, flow.RunError, 5},
		{"browser", &engine.HTTPError{StatusCode: 503}, browser.Name, 1, flow.RunError, 5},
	} {
		t.Run(a.name, func(t *testing.T) {
			services, _ := fakeServices()
			s := &shaky{failed: make(map[string]bool), err: a.err}
			services.Retriever, services.Searcher, services.Files = s, s, s
			res := mustRun(t.Context(), t, spec, engine.Options{Semantics: named(a.semantics), Services: services, Retries: a.retries, RetryWait: time.Microsecond, Parallel: 1})
			if res.Status != a.status || len(s.failed) != a.failed {
				t.Errorf("ended with %s %s after failures of %v", res.Status, res.Execution("").Errors, s.failed)
			}
		})
	}
}
