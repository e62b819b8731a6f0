package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSpaceIsGivenBack: what was deleted leaves the file smaller after a moment.
func TestSpaceIsGivenBack(t *testing.T) {
	s := openFile(t)
	path := s.db.(*sqliteDB).path
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(`["` + strings.Repeat("x", 12<<20) + `"]`)})
	addFlow(t, s, Flow{UserID: "ann", Name: "stays"})
	must(t, s.DeleteFlow(t.Context(), f.ID, true, nil))
	deadline := time.Now().Add(20 * time.Second)
	for number(t, s, "PRAGMA page_count") > 200 {
		if time.Now().After(deadline) {
			t.Fatalf("the database still has %d pages", number(t, s, "PRAGMA page_count"))
		}
		time.Sleep(20 * time.Millisecond)
	}
	must(t, s.Close())
	if info, err := os.Stat(path); err != nil || info.Size() > 1<<20 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
	s = openStore(t, path)
	if got := names(t, s, ListQuery{UserID: "ann"}); got != "stays" {
		t.Errorf("there are %q", got)
	}
}

// TestEmptiedFile: a database that was emptied next to its log is not a new one.
func TestEmptiedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "flow.db")
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, os.WriteFile(path+"-wal", []byte("a log"), 0o600))
	for what, err := range map[string]error{
		"open":    errorOf(Open(t.Context(), path)),
		"migrate": errorOf(MigrateUp(t.Context(), path)),
	} {
		if err == nil || !strings.Contains(err.Error(), path+" is damaged, it is empty, and "+path+"-wal has writes") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if b, err := os.ReadFile(path + "-wal"); err != nil || string(b) != "a log" {
		t.Errorf("the log is %q, %v", b, err)
	}
	must(t, os.Remove(path+"-wal"))
	openStore(t, path)
}

func errorOf[T any](_ T, err error) error { return err }

func TestNoRegularFile(t *testing.T) {
	if err := errorOf(Open(t.Context(), os.DevNull)); err == nil || !strings.Contains(err.Error(), os.DevNull+" is not a file: name one") {
		t.Errorf("error is %v", err)
	}
}

// TestForeignLockQueue: those who wait behind others wait no longer than these.
func TestForeignLockQueue(t *testing.T) {
	s := openFile(t)
	addFlow(t, s, Flow{UserID: "ann"})
	s.db.(*sqliteDB).writer.timeout = 300 * time.Millisecond
	unlock := lockFile(t, s)
	defer unlock()
	began := time.Now()
	errs := make(chan error, 6)
	for range cap(errs) {
		go func() { errs <- s.CreateFlow(t.Context(), &Flow{UserID: "ann"}) }()
		time.Sleep(10 * time.Millisecond) // each comes while an earlier one waits
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, ErrLocked) {
			t.Errorf("error is %v, want ErrLocked", err)
		}
	}
	if took := time.Since(began); took > 1500*time.Millisecond {
		t.Errorf("the last was refused after %v", took)
	}
}
