package sync

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func lockOf(t *testing.T, text string) (*Lock, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, LockName)
	if text != "" {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l, path
}

func TestLockWrites(t *testing.T) {
	for name, test := range map[string]struct{ was, want string }{
		"new":     {"", `{"file":"a.json","ids":{"prod":"1"}}` + "\n"},
		"sorted":  {`{"file":"b.json","ids":{"prod":"2"}}`, `{"file":"a.json","ids":{"prod":"1"}}` + "\n" + `{"file":"b.json","ids":{"prod":"2"}}` + "\n"},
		"profile": {`{"file":"a.json","ids":{"staging":"9"}}`, `{"file":"a.json","ids":{"prod":"1","staging":"9"}}` + "\n"},
		"unknown": {`{"note":1.0,"file":"a.json","ids":{}}`, `{"note":1.0,"file":"a.json","ids":{"prod":"1"}}` + "\n"},
		"twice": {`{"file":"b.json","ids":{"x":"2"}}` + "\n" + `{"file":"a.json","ids":{"prod":"1"}}` + "\n" + `{"ids":{"x":"2"},"file":"b.json"}` + "\n",
			`{"file":"a.json","ids":{"prod":"1"}}` + "\n" + `{"file":"b.json","ids":{"x":"2"}}` + "\n"},
		"union": {`{"file":"a.json","ids":{"x":"8"}}` + "\n" + `{"file":"a.json","ids":{"y":"9"},"k":true}` + "\n", `{"file":"a.json","ids":{"prod":"1","x":"8","y":"9"},"k":true}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			l, path := lockOf(t, test.was)
			l.Record("prod", []LockEntry{{File: "a.json", ID: "1"}})
			if err := l.Write(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != test.want {
				t.Errorf("wrote %s (%v), want %s", got, err, test.want)
			}
			if id := l.ID("a.json", "prod"); id != "1" {
				t.Errorf("the id is %q", id)
			}
		})
	}
}

func TestLockForgets(t *testing.T) {
	l, path := lockOf(t, `{"file":"a.json","ids":{"prod":"1","x":"2"}}`+"\n"+`{"file":"b.json","ids":{"prod":"3"}}`+"\n")
	l.Record("prod", []LockEntry{{File: "a.json"}, {File: "b.json"}})
	if err := l.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != `{"file":"a.json","ids":{"x":"2"}}`+"\n" {
		t.Errorf("wrote %s", got)
	}
}

func TestLockErrors(t *testing.T) {
	for text, want := range map[string]string{
		"<<<<<<< HEAD\n": "flowctl.lock:1:1: git could not merge this",
		"\n[]\n":         "flowctl.lock:2:1: this is not a line of a lock",
		`{"ids":{}}`:     `this line has no "file"`,
		`{"file":"a.json","ids":{"prod":"1"}}` + "\n\n" + `{"file":"a.json","ids":{"x":"1","prod":"2"}}`: `a.json is two flows for "prod", in lines 1 and 3 of `,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, LockName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadLock(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gave %v, want %q", text, err, want)
		}
	}
}

// A line moves with its file, and takes along what another clone noted of the new
// name.
func TestLockNotesMoves(t *testing.T) {
	for name, test := range map[string]struct {
		was   string
		known []LockEntry
		want  string
	}{
		"moved": {`{"file":"a.json","ids":{"prod":"1","x":"8"},"k":true}` + "\n" + `{"file":"b.json","ids":{"x":"9","y":"7"}}`,
			[]LockEntry{{File: "b.json", ID: "1"}},
			`{"file":"b.json","ids":{"prod":"1","x":"8","y":"7"},"k":true}` + "\n"},
		"swapped": {`{"file":"a.json","ids":{"prod":"1","x":"8"}}` + "\n" + `{"file":"b.json","ids":{"prod":"2","x":"9"}}`,
			[]LockEntry{{File: "a.json", ID: "2"}, {File: "b.json", ID: "1"}},
			`{"file":"a.json","ids":{"prod":"2","x":"9"}}` + "\n" + `{"file":"b.json","ids":{"prod":"1","x":"8"}}` + "\n"},
		"doubled by a merge": {`{"file":"a.json","ids":{"prod":"1","x":"8"}}` + "\n" + `{"file":"b.json","ids":{"prod":"1","x":"9"}}`,
			[]LockEntry{{File: "a.json", ID: "1"}},
			`{"file":"a.json","ids":{"prod":"1","x":"8"}}` + "\n" + `{"file":"b.json","ids":{"prod":"1","x":"9"}}` + "\n"},
		"its own id": {"", []LockEntry{{File: "a.json", ID: "1", FileID: "1"}, {File: "b.json", ID: "2", FileID: "3"}},
			`{"file":"a.json","ids":{"prod":"1"}}` + "\n" + `{"file":"b.json","ids":{"prod":"2"},"id":"3"}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			l, path := lockOf(t, test.was)
			l.Record("prod", test.known)
			if err := l.Write(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != test.want {
				t.Errorf("wrote\n%s (%v), want\n%s", got, err, test.want)
			}
		})
	}
}

// Of many who write the lock of one folder at once nobody's notes are lost.
func TestLockOfManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	const writers = 20
	var ready, done sync.WaitGroup
	ready.Add(writers)
	for i := range writers {
		done.Go(func() {
			l, err := ReadLock(dir)
			ready.Done()
			ready.Wait() // all have read it before the first one writes
			if err != nil {
				t.Error(err)
				return
			}
			l.Record(fmt.Sprint("profile", i), []LockEntry{{File: "a.json", ID: "1"}, {File: fmt.Sprintf("%d.json", i), ID: "2"}})
			if err := l.Write(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	l, err := ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range writers {
		if profile := fmt.Sprint("profile", i); l.ID("a.json", profile) != "1" || l.ID(fmt.Sprintf("%d.json", i), profile) != "2" {
			t.Errorf("what was noted for %s is lost", profile)
		}
	}
}

// Two who noted different flows for one file and profile are told so, and the first
// one's note stays; what else the second one noted is kept.
func TestLockConflict(t *testing.T) {
	mine, path := lockOf(t, `{"file":"a.json","ids":{"prod":"1"}}`+"\n")
	other, err := ReadLock(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	other.Record("prod", []LockEntry{{File: "a.json", ID: "2"}, {File: "b.json", ID: "3"}})
	if err := other.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	mine.Record("prod", []LockEntry{{File: "a.json", ID: "9"}, {File: "b.json", ID: "3"}, {File: "c.json", ID: "4"}})
	var conflict *ConflictError
	if err := mine.Write(t.Context()); !errors.As(err, &conflict) || len(conflict.Conflicts) != 1 || conflict.Conflicts[0].File != "a.json" {
		t.Errorf("got %v, want a conflict about a.json", err)
	}
	want := `{"file":"a.json","ids":{"prod":"2"}}` + "\n" + `{"file":"b.json","ids":{"prod":"3"}}` + "\n" + `{"file":"c.json","ids":{"prod":"4"}}` + "\n"
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("wrote\n%s (%v), want\n%s", got, err, want)
	}
	// What is not new here is left to them, and what they took out is noted if it is.
	for name, test := range map[string]struct{ was, theirs, mine, want string }{
		"taken out, unchanged here": {"1", "", "1", ""},
		"taken out, new here":       {"1", "", "2", "2"},
		"changed, unchanged here":   {"1", "2", "1", "2"},
		"changed, deleted here":     {"1", "2", "", "2"},
		"deleted by both":           {"1", "", "", ""},
		"the same":                  {"1", "2", "2", "2"},
	} {
		mine, path := lockOf(t, `{"file":"a.json","ids":{"prod":"`+test.was+`"}}`+"\n")
		theirs, err := ReadLock(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		theirs.Record("prod", []LockEntry{{File: "a.json", ID: test.theirs}, {File: "z.json", ID: "26"}})
		mine.Record("prod", []LockEntry{{File: "a.json", ID: test.mine}})
		if err := errors.Join(theirs.Write(t.Context()), mine.Write(t.Context())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := mine.ID("a.json", "prod"); got != test.want {
			t.Errorf("%s: the lock has %q, want %q", name, got, test.want)
		}
	}
	const unmerged = "<<<<<<< HEAD\n"
	if err := os.WriteFile(path, []byte(unmerged), 0o600); err != nil {
		t.Fatal(err)
	}
	mine.Record("prod", []LockEntry{{File: "d.json", ID: "5"}})
	if err := mine.Write(t.Context()); err == nil || !strings.Contains(err.Error(), "has changed meanwhile") {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != unmerged {
		t.Errorf("a lock that could not be read was written over: %s", got)
	}
}

// Who holds the folder is not waited for after the end of ctx.
func TestLockOfHeldFolder(t *testing.T) {
	l, path := lockOf(t, "")
	unlock := lockFolder(t.Context(), filepath.Dir(path))
	defer unlock()
	l.Record("prod", []LockEntry{{File: "a.json", ID: "1"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if err := l.Write(ctx); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > lockTimeout/2 {
		t.Errorf("it took %v", took)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "a.json") {
		t.Errorf("wrote %s, %v", text, err)
	}
}

// A union merge in which both sides applied leaves both digests of a flow, either of which
// is known; the next one to be noted takes their profile.
func TestLockKeepsDigests(t *testing.T) {
	d := func(n string) digest.Digest {
		return digest.Of(flow.Spec{Name: n, AccessControl: flow.Private()})
	}
	line := func(d digest.Digest) string {
		return `{"file":"a.json","ids":{"prod":"1","staging":"2"},"digests":{"prod":"` + d.String() + `"},"own":true}` + "\n"
	}
	lock, _ := lockOf(t, line(d("ours"))+line(d("theirs"))+line(d("ours")))
	if got := lock.Digests("a.json", "prod"); len(got) != 2 || !known(got, d("ours"), true) || !known(got, d("theirs"), true) || known(got, d("old"), true) {
		t.Errorf("the digests are %v", got)
	}
	if got := lock.Digests("a.json", "staging"); got != nil {
		t.Errorf("at another profile they are %v", got)
	}
	lock.Record("prod", []LockEntry{{File: "a.json", ID: "1"}}) // not known: they stay
	if got := lock.Digests("a.json", "prod"); len(got) != 2 {
		t.Errorf("they were forgotten: %v", got)
	}
	lock.Record("prod", []LockEntry{{File: "moved.json", ID: "1", Digest: d("new")}})
	if got := lock.Digests("moved.json", "prod"); len(got) != 1 || got[0] != d("new") {
		t.Errorf("what was noted is %v", got)
	}
	if text := string(lock.lines["moved.json"].AppendJSON(nil)); text != `{"file":"moved.json","ids":{"prod":"1","staging":"2"},"digests":{"prod":"`+d("new").String()+`"},"own":true}` {
		t.Errorf("the line is %s", text)
	}
	lock.Record("prod", []LockEntry{{File: "moved.json", ID: "3"}}) // another flow
	if got := lock.Digests("moved.json", "prod"); got != nil {
		t.Errorf("another flow has %v", got)
	}
	// What somebody wrote there by hand is not a digest.
	for _, text := range []string{`"x"`, `7`, `[1]`, `["x",""]`, `{}`} {
		lock, _ := lockOf(t, `{"file":"a.json","ids":{"prod":"1"},"digests":{"prod":`+text+`}}`)
		if got := lock.Digests("a.json", "prod"); got != nil {
			t.Errorf("%s was taken for %v", text, got)
		}
	}
}
