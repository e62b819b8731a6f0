package store

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

func testPut(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	const id = "from-a-file"
	refuse := errors.New("refused")
	create := func() (*Flow, error) { return &Flow{UserID: "ann", Name: "new", AccessControl: []byte("{}")}, nil }
	rename := func(f *Flow) error { f.Name += "!"; return nil }

	if _, err := s.PutFlow(t.Context(), id, func() (*Flow, error) { return nil, refuse }, rename); !errors.Is(err, refuse) {
		t.Errorf("put of a new flow gave %v, want the error of create", err)
	}
	if _, err := s.Flow(t.Context(), id); !errors.Is(err, ErrNotFound) {
		t.Errorf("a refused put left %v, want no flow", err)
	}
	made, err := s.PutFlow(t.Context(), id, create, rename)
	must(t, err)
	if made.ID != id || made.Name != "new" || made.CreatedAt == 0 || made.Revision == "" {
		t.Errorf("put made %+v", made)
	}
	changed, err := s.PutFlow(t.Context(), id, create, rename)
	must(t, err)
	if changed.Name != "new!" || changed.CreatedAt != made.CreatedAt || changed.Revision == made.Revision {
		t.Errorf("the second put gave %+v, want the first one changed", changed)
	}
	if _, err := s.PutFlow(t.Context(), id, create, func(*Flow) error { return refuse }); !errors.Is(err, refuse) {
		t.Errorf("put gave %v, want the error of change", err)
	}
	if got := getFlow(t, s, id); got.Revision != changed.Revision {
		t.Error("a refused put wrote the flow")
	}
	for _, bad := range []string{"", "a\x00b", "\xff", strings.Repeat("x", maxID+1)} {
		if _, err := s.PutFlow(t.Context(), bad, create, rename); !errors.Is(err, ErrBadText) {
			t.Errorf("put with the id %.20q gave %v, want ErrBadText", bad, err)
		}
	}
}

// testPutConcurrent has everybody put one new flow at once: one creates it, and no
// change of the others is lost.
func testPutConcurrent(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	const writers = 20
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			_, err := s.PutFlow(t.Context(), "one",
				func() (*Flow, error) { return &Flow{UserID: "ann", Name: "x"}, nil },
				func(f *Flow) error { f.Name += "x"; return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := getFlow(t, s, "one").Name; got != strings.Repeat("x", writers) {
		t.Errorf("the name is %q, want %d letters", got, writers)
	}
}
