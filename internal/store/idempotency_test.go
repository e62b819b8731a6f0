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

func testIdempotency(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	want := Idempotency{UserID: ann.ID, Key: "k", Request: [32]byte{1, 255}, Status: 200, Made: "flow", Revision: "r"}
	first := want
	must(t, s.CreateFlow(t.Context(), &Flow{UserID: ann.ID}, &first))

	got, err := s.Idempotent(t.Context(), ann.ID, "k")
	must(t, err)
	if got.CreatedAt < time.Now().Unix()-60 {
		t.Errorf("made at %d", got.CreatedAt)
	}
	want.CreatedAt = got.CreatedAt
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	second := Idempotency{UserID: ann.ID, Key: "k", Made: "other"}
	replay := (*ReplayError)(nil)
	err = s.CreateFlow(t.Context(), &Flow{UserID: ann.ID}, &second)
	if !errors.As(err, &replay) || !errors.Is(err, ErrExists) || !reflect.DeepEqual(replay.First, want) {
		t.Errorf("error is %v, want a ReplayError with %+v", err, want)
	}
	must(t, s.CreateFlow(t.Context(), &Flow{UserID: bob.ID}, &Idempotency{UserID: bob.ID, Key: "k"}))
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 2 {
		t.Errorf("there are %d flows, want 2", n)
	}

	if _, err := s.Idempotent(t.Context(), ann.ID, "other"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	for _, key := range []string{"", "a\x00", strings.Repeat("x", 256)} {
		if err := s.CreateFlow(t.Context(), &Flow{UserID: ann.ID}, &Idempotency{UserID: ann.ID, Key: key}); !errors.Is(err, ErrBadText) {
			t.Errorf("key %.10q: error is %v, want ErrBadText", key, err)
		}
	}
	// A flow that cannot be made leaves no record.
	f := addFlow(t, s, Flow{UserID: ann.ID})
	if err := s.CreateFlow(t.Context(), &Flow{ID: f.ID, UserID: ann.ID}, &Idempotency{UserID: ann.ID, Key: "failed"}); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	if _, err := s.Idempotent(t.Context(), ann.ID, "failed"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

func testIdempotencyUpdate(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	f := addFlow(t, s, Flow{UserID: ann.ID, Name: "0"})
	update := func(name string) error {
		idem := &Idempotency{UserID: ann.ID, Key: "k"}
		_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
			f.Name = name
			f.Touch()
			idem.Made, idem.Revision = name, f.Revision
			return nil
		}, idem)
		return err
	}
	must(t, update("1"))
	replay := (*ReplayError)(nil)
	if err := update("2"); !errors.As(err, &replay) || replay.First.Made != "1" {
		t.Errorf("error is %v, want a ReplayError with the first answer", err)
	}
	if got := getFlow(t, s, f.ID); got.Name != "1" || replay.First.Revision != got.Revision {
		t.Errorf("name is %s, revision %s; the record has %s", got.Name, got.Revision, replay.First.Revision)
	}
}

// testIdempotencyRace sends the same request from many sides: it is done once, and
// all learn of the same answer.
func testIdempotencyRace(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	var wg sync.WaitGroup
	var made atomic.Int32
	answers := make([]string, 16)
	for i := range answers {
		wg.Go(func() {
			answers[i] = fmt.Sprint("answer ", i)
			err := s.CreateFlow(t.Context(), &Flow{UserID: ann.ID}, &Idempotency{UserID: ann.ID, Key: "k", Made: answers[i]})
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
	if n := number(t, s, "SELECT count(*) FROM flow"); made.Load() != 1 || n != 1 {
		t.Errorf("%d succeeded, there are %d flows; want 1", made.Load(), n)
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
	create := func(key string) error {
		return s.CreateFlow(t.Context(), &Flow{UserID: ann.ID}, &Idempotency{UserID: ann.ID, Key: key, Made: "new"})
	}
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
