package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// lockFile takes the write lock of a SQLite file until unlock is called.
func lockFile(t *testing.T, s *Store) (unlock func()) {
	t.Helper()
	db := s.db.(*sqliteDB).writePool("")
	_, err := db.Exec("BEGIN IMMEDIATE")
	must(t, err)
	return func() {
		t.Helper()
		must(t, db.Close())
	}
}

// together has the writes wait for a lock until all of them do, and returns their
// errors.
func together(t *testing.T, s *Store, writes ...func() error) []error {
	t.Helper()
	unlock := lockFile(t, s)
	errs := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, write := range writes {
		wg.Go(func() { errs[i] = write() })
	}
	time.Sleep(50 * time.Millisecond) // they come to the queue; if one does not, it is a group of its own
	unlock()
	wg.Wait()
	return errs
}

// TestGroups sees that writes that wait share transactions.
func TestGroups(t *testing.T) {
	s := openFile(t)
	addFlow(t, s, Flow{UserID: "ann"})
	w := s.db.(*sqliteDB).writer
	const n = 100
	before := w.commits.Load()
	var writes []func() error
	for range n {
		writes = append(writes, func() error { return s.CreateFlow(t.Context(), benchFlow("ann", "x")) })
	}
	for _, err := range together(t, s, writes...) {
		must(t, err)
	}
	if commits := w.commits.Load() - before; commits > n/5 {
		t.Errorf("%d flows took %d transactions", n, commits)
	}
	if got := number(t, s, "SELECT count(*) FROM flow"); got != n+1 {
		t.Errorf("there are %d flows, want %d", got, n+1)
	}
}

// TestGroupFailures sees that a write that fails takes none of its group with it,
// and leaves nothing of its own.
func TestGroupFailures(t *testing.T) {
	s := openFile(t)
	ann := addUser(t, s, "ann@x")
	taken := addFlow(t, s, Flow{UserID: ann.ID})
	must(t, record(t, s, taken, "used", "x0"))
	create := func(f Flow) func() error {
		return func() error { return s.CreateFlow(t.Context(), &f) }
	}
	run := func(f *Flow, key string) func() error {
		return func() error { return record(t, s, f, key, "x"+key) }
	}
	cancelled, cancel := context.WithCancel(t.Context())
	errs := together(t, s,
		create(Flow{UserID: ann.ID}),
		create(Flow{ID: taken.ID, UserID: ann.ID}),
		run(&Flow{ID: "none", UserID: ann.ID}, "k1"),
		run(taken, "used"),
		run(taken, "k2"),
		func() error {
			time.AfterFunc(10*time.Millisecond, cancel)
			return s.CreateFlow(cancelled, &Flow{UserID: ann.ID})
		},
		func() error { return s.RemoveUser(t.Context(), ann.ID) },
		create(Flow{UserID: ann.ID}),
	)
	for i, want := range []error{nil, ErrExists, ErrNotFound, ErrExists, nil, context.Canceled, ErrInUse, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("write %d: error is %v, want %v", i, errs[i], want)
		}
	}
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 3 {
		t.Errorf("there are %d flows, want 3", n)
	}
	for key, want := range map[string]error{"k1": ErrNotFound, "k2": nil} {
		if _, err := s.ExecutionByKey(t.Context(), ann.ID, key); !errors.Is(err, want) {
			t.Errorf("record %s: error is %v, want %v", key, err, want)
		}
	}
}

// TestBrokenGroup has a statement fail in a way that ends the transaction of its
// whole group.
func TestBrokenGroup(t *testing.T) {
	s := openFile(t)
	addFlow(t, s, Flow{UserID: "ann"})
	errs := together(t, s,
		func() error { return s.CreateFlow(t.Context(), &Flow{UserID: "ann"}) },
		func() error {
			return s.db.write(t.Context(), func(ctx context.Context, tx queryer) error {
				if _, err := tx.exec(ctx, "DELETE FROM flow"); err != nil {
					return err
				}
				_, err := tx.exec(ctx, "ROLLBACK")
				if err == nil {
					_, err = tx.exec(ctx, "SELECT no_such_function()")
				}
				return err
			})
		},
		func() error { return s.CreateFlow(t.Context(), &Flow{UserID: "ann"}) },
	)
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("errors are %v", errs)
	}
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 3 {
		t.Errorf("there are %d flows, want 3", n)
	}
}

// TestCloseDrains closes the store while writes wait.
func TestCloseDrains(t *testing.T) {
	s := openFile(t)
	addFlow(t, s, Flow{UserID: "ann"})
	path := s.db.(*sqliteDB).path
	unlock := lockFile(t, s)
	errs := make(chan error, 20)
	for range cap(errs) {
		go func() { errs <- s.CreateFlow(t.Context(), &Flow{UserID: "ann"}) }()
	}
	closed := make(chan error)
	time.AfterFunc(20*time.Millisecond, func() { closed <- s.Close() })
	time.AfterFunc(60*time.Millisecond, unlock)
	must(t, <-closed)
	made := 1
	for range cap(errs) {
		switch err := <-errs; {
		case err == nil:
			made++
		case !errors.Is(err, ErrClosed):
			t.Error(err)
		}
	}
	if made < 2 {
		t.Error("none of the writes that waited was done")
	}
	if n := number(t, openStore(t, path), "SELECT count(*) FROM flow"); n != int64(made) {
		t.Errorf("there are %d flows, %d were acknowledged", n, made)
	}
}

// TestBigGroup has more writes wait than one transaction takes.
func TestBigGroup(t *testing.T) {
	s := openFile(t)
	var writes []func() error
	for i := range maxGroup + 50 {
		writes = append(writes, func() error { return s.CreateFlow(t.Context(), &Flow{UserID: "ann", Name: fmt.Sprint(i)}) })
	}
	for _, err := range together(t, s, writes...) {
		must(t, err)
	}
	if n := number(t, s, "SELECT count(*) FROM flow"); n != maxGroup+50 {
		t.Errorf("there are %d flows", n)
	}
}
