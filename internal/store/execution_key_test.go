package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// record adds an execution of the flow, of its owner, with an idempotency key.
func record(t *testing.T, s *Store, f *Flow, key, id string) error {
	t.Helper()
	return s.CreateExecution(t.Context(), &Execution{ID: id, FlowID: f.ID, UserID: f.UserID, Status: "success", Key: key, Request: "of " + key}, 0)
}

func testExecutionKey(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	of, other := addFlow(t, s, Flow{UserID: "ann"}), addFlow(t, s, Flow{UserID: "bob"})
	must(t, record(t, s, of, "k", "first"))
	e, err := s.ExecutionByKey(t.Context(), "ann", "k")
	if err != nil || e.ID != "first" || e.Request != "of k" || e.FlowID != of.ID || string(e.Meta) != "{}" {
		t.Errorf("it is %+v, %v", e, err)
	}
	if err := record(t, s, of, "k", "other"); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	must(t, record(t, s, other, "k", "bob's"))
	must(t, record(t, s, of, "", "without"))
	must(t, record(t, s, of, "", "without too"))
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); n != 4 {
		t.Errorf("there are %d executions, want 4", n)
	}
	for _, key := range []string{"a\x00", strings.Repeat("x", 256)} {
		if err := record(t, s, of, key, "x"); !errors.Is(err, ErrBadText) {
			t.Errorf("key %.10q: error is %v, want ErrBadText", key, err)
		}
	}
	// An execution that cannot be recorded leaves no key.
	if err := record(t, s, &Flow{ID: "none", UserID: "ann"}, "failed", "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	for _, key := range []string{"failed", "other"} {
		if _, err := s.ExecutionByKey(t.Context(), "ann", key); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: error is %v, want ErrNotFound", key, err)
		}
	}
}

// testExecutionKeyRace sends the same request from many sides: one execution is recorded.
func testExecutionKeyRace(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	var wg sync.WaitGroup
	var made atomic.Int32
	for i := range 16 {
		wg.Go(func() {
			switch err := record(t, s, f, "k", fmt.Sprint(i)); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, ErrExists):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); made.Load() != 1 || n != 1 {
		t.Errorf("%d succeeded, there are %d executions; want 1", made.Load(), n)
	}
}
