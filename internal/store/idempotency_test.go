package store

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// record adds an execution of the flow, of its owner, with an idempotency key.
func record(t *testing.T, s *Store, f *Flow, key, made string) error {
	t.Helper()
	e := Execution{FlowID: f.ID, UserID: f.UserID, Status: "success"}
	return s.CreateExecution(t.Context(), &e, 0, &Idempotency{UserID: f.UserID, Key: key, Made: made})
}

func testIdempotency(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	of, other := addFlow(t, s, Flow{UserID: ann.ID}), addFlow(t, s, Flow{UserID: bob.ID})
	want := Idempotency{UserID: ann.ID, Key: "k", Request: [32]byte{1, 255}, Made: "run"}
	first := want
	must(t, s.CreateExecution(t.Context(), &Execution{FlowID: of.ID, UserID: ann.ID, Status: "success"}, 0, &first))

	got, err := s.Idempotent(t.Context(), ann.ID, "k")
	must(t, err)
	if got.CreatedAt < time.Now().Unix()-60 {
		t.Errorf("made at %d", got.CreatedAt)
	}
	want.CreatedAt = got.CreatedAt
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	replay := (*ReplayError)(nil)
	err = record(t, s, of, "k", "other")
	if !errors.As(err, &replay) || !errors.Is(err, ErrExists) || !reflect.DeepEqual(replay.First, want) {
		t.Errorf("error is %v, want a ReplayError with %+v", err, want)
	}
	must(t, record(t, s, other, "k", "bob's"))
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); n != 2 {
		t.Errorf("there are %d executions, want 2", n)
	}

	if _, err := s.Idempotent(t.Context(), ann.ID, "other"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	for _, key := range []string{"", "a\x00", strings.Repeat("x", 256)} {
		if err := record(t, s, of, key, "x"); !errors.Is(err, ErrBadText) {
			t.Errorf("key %.10q: error is %v, want ErrBadText", key, err)
		}
	}
	// An execution that cannot be recorded leaves no key.
	if err := record(t, s, &Flow{ID: "none", UserID: ann.ID}, "failed", "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if _, err := s.Idempotent(t.Context(), ann.ID, "failed"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

// testIdempotencyRace sends the same request from many sides: it is done once, and
// all learn of the same answer.
func testIdempotencyRace(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: addUser(t, s, "ann@x").ID})
	var wg sync.WaitGroup
	var made atomic.Int32
	answers := make([]string, 16)
	for i := range answers {
		wg.Go(func() {
			answers[i] = fmt.Sprint("answer ", i)
			err := record(t, s, f, "k", answers[i])
			replay := (*ReplayError)(nil)
			switch {
			case err == nil:
				made.Add(1)
			case errors.As(err, &replay):
				answers[i] = replay.First.Made
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); made.Load() != 1 || n != 1 {
		t.Errorf("%d succeeded, there are %d executions; want 1", made.Load(), n)
	}
	for _, answer := range answers {
		if answer != answers[0] {
			t.Errorf("answers are %q", answers)
			break
		}
	}
}

func testIdempotencyExpiry(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	f := addFlow(t, s, Flow{UserID: ann.ID})
	create := func(key string) error { return record(t, s, f, key, "new") }
	for i := range 10 {
		must(t, create(fmt.Sprint(i)))
	}
	execute(t, s, "UPDATE idempotency SET created_at = $1, made = $2 WHERE key <> '9'", time.Now().Add(-IdempotencyTTL).Unix(), []byte("old"))
	if _, err := s.Idempotent(t.Context(), ann.ID, "0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound for an expired record", err)
	}
	must(t, create("0")) // its record is replaced, and some others purged
	if got, err := s.Idempotent(t.Context(), ann.ID, "0"); err != nil || got.Made != "new" {
		t.Errorf("got %v, %v", got, err)
	}
	if err := create("9"); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists: that record is new", err)
	}
	must(t, create("a"))
	must(t, create("b"))
	if n := number(t, s, "SELECT count(*) FROM idempotency"); n != 4 {
		t.Errorf("%d records are left, want 0, 9, a, b", n)
	}
}
