package store

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// write makes the flow a new version with these nodes.
func write(t *testing.T, s *Store, id, nodes string) *Flow {
	t.Helper()
	f, err := s.UpdateFlow(t.Context(), id, func(f *Flow) error {
		f.Nodes = []byte(nodes)
		f.Version = Version{UserID: "ben", Message: nodes}
		return nil
	})
	must(t, err)
	return f
}

func nodesOf(t *testing.T, s *Store, f *Flow, number int64) string {
	t.Helper()
	was, err := s.FlowVersion(t.Context(), f, number)
	if err != nil {
		return err.Error()
	}
	if was.Version.Number != number {
		t.Errorf("version %d has the number %d", number, was.Version.Number)
	}
	return string(was.Nodes)
}

func testVersions(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	must(t, s.AddUser(t.Context(), &User{ID: "ben", Email: "ben@example.org", Role: RoleUser}))
	description := "what it does"
	first := addFlow(t, s, Flow{UserID: "ann", Name: "näme", Description: &description, Nodes: []byte(nasty()["numbers"]), Extra: []byte(`{"x":1.0}`),
		AccessControl: []byte(`{"read":{"user_ids":["ben"]}}`), Version: Version{Message: "begin"}})
	f := first
	const last = 3*wholeEvery + 5
	for n := 2; n <= last; n++ {
		f = write(t, s, f.ID, fmt.Sprintf(`[{"n":%d}]`, n))
	}
	if f.Version.Number != last || getFlow(t, s, f.ID).Version.Number != last {
		t.Fatalf("the newest version is %d, want %d", f.Version.Number, last)
	}
	for n := int64(2); n <= last; n++ {
		if got, want := nodesOf(t, s, f, n), fmt.Sprintf(`[{"n":%d}]`, n); got != want {
			t.Errorf("version %d is %s, want %s", n, got, want)
		}
	}
	was, err := s.FlowVersion(t.Context(), f, 1)
	must(t, err)
	want := *f
	want.Name, want.Description, want.Nodes, want.Extra = first.Name, first.Description, first.Nodes, first.Extra
	want.UpdatedAt, want.Version = first.UpdatedAt, first.Version
	want.Version.Digest, want.Version.Size = first.versionDigest(), int64(first.versionSize())
	if !reflect.DeepEqual(*was, want) {
		t.Errorf("version 1 is\n%+v, want\n%+v", *was, want)
	}
	for _, none := range []int64{0, -1, last + 1, math.MaxInt64, math.MinInt64} {
		if got := nodesOf(t, s, f, none); !strings.Contains(got, ErrNotFound.Error()) {
			t.Errorf("version %d is %s", none, got)
		}
	}
	var numbers []int64
	for before, more := int64(0), true; more; before = numbers[len(numbers)-1] {
		var page []Version
		page, more, err = s.Versions(t.Context(), f, before, 10)
		must(t, err)
		for _, v := range page {
			numbers = append(numbers, v.Number)
			if v.Number > 1 && (v.UserName != "ben@example.org" || v.Message != fmt.Sprintf(`[{"n":%d}]`, v.Number)) || v.CreatedAt == 0 || v.Size == 0 {
				t.Errorf("the list has %+v", v)
			}
		}
	}
	for i, n := range numbers {
		if n != int64(last-i) {
			t.Fatalf("the list is %v", numbers)
		}
	}
	must(t, s.DeleteFlow(t.Context(), f.ID, true, nil))
	if n := number(t, s, "SELECT count(*) FROM flow_version"); n != 0 {
		t.Errorf("%d versions of a deleted flow are left", n)
	}
}

func testVersionKeep(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	s.KeepVersions = 10
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(`["1"]`)})
	for n := 2; n <= 60; n++ {
		switch n {
		case 8: // the newest is 7
			must(t, s.SetLabel(t.Context(), f.ID, "a", 7))
		case 22:
			must(t, s.SetLabel(t.Context(), f.ID, "b", 15))
		}
		f = write(t, s, f.ID, fmt.Sprintf(`["%d"]`, n))
	}
	list, more, err := s.Versions(t.Context(), f, 0, 100)
	must(t, err)
	if more || len(list) != 12 {
		t.Fatalf("there are %d versions, want the newest 10 and 2 with a label: %v", len(list), list)
	}
	for _, v := range list {
		if got, want := nodesOf(t, s, f, v.Number), fmt.Sprintf(`["%d"]`, v.Number); got != want {
			t.Errorf("version %d is %s", v.Number, got)
		}
	}
	must(t, s.RemoveLabel(t.Context(), f.ID, "a"))
	f = write(t, s, f.ID, `["61"]`)
	if list, _, err = s.Versions(t.Context(), f, 0, 100); err != nil || len(list) != 11 {
		t.Errorf("there are %d versions, %v; want 11", len(list), err)
	}
}

// testVersionLayout: what changes without being a new version is a part of the newest, and
// the one before stays what it was.
func testVersionLayout(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(nodeAt("one", 1))})
	for _, n := range []struct {
		text string
		x    int
	}{{"one", 1000}, {"two", 1000}, {"two", 3}, {"two", 4000}, {"three", 7}} {
		f = write(t, s, f.ID, nodeAt(n.text, n.x))
	}
	for n, want := range map[int64]string{1: nodeAt("one", 1000), 2: nodeAt("two", 4000), 3: nodeAt("three", 7)} {
		if got := nodesOf(t, s, f, n); got != want {
			t.Errorf("version %d is %s, want %s", n, got, want)
		}
	}
	if f.Version.Number != 3 || f.Version.Message != nodeAt("three", 7) {
		t.Errorf("the newest version is %+v", f.Version)
	}
}

// nodeAt is the nodes of a flow that has one, which stands at x.
func nodeAt(text any, x int) string {
	return fmt.Sprintf(`[{"id":"n","position":{"x":%d,"y":0},"data":{"value":"%v"}}]`, x, text)
}

func testVersionRace(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(nodeAt(1, 1))})
	const workers, rounds = 4, 20
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				f, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
					number := f.Version.Number
					if i%3 > 0 {
						number++
					}
					f.Nodes = []byte(nodeAt(number, rand.N(1000)))
					return nil
				})
				if err == nil && i%5 == 0 {
					err = s.SetLabel(t.Context(), f.ID, fmt.Sprint("l", w), f.Version.Number)
				}
				if err != nil {
					t.Error(err)
					return
				}
				was, err := s.FlowVersion(t.Context(), f, rand.N(f.Version.Number)+1)
				if err != nil || !strings.Contains(string(was.Nodes), fmt.Sprintf(`"value":"%d"`, was.Version.Number)) {
					t.Errorf("version %d is %s, %v", was.Version.Number, was.Nodes, err)
				}
			}
		})
	}
	wg.Wait()
	f = getFlow(t, s, f.ID)
	for n := int64(1); n <= f.Version.Number; n++ {
		if got := nodesOf(t, s, f, n); !strings.Contains(got, fmt.Sprintf(`"value":"%d"`, n)) {
			t.Errorf("version %d is %s", n, got)
		}
	}
}

// testVersionSize: 1,000 versions of a flow of 50 KB of random text, in which one text
// changes with each.
func testVersionSize(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	prompt := func() string {
		b := make([]byte, 500)
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz      0123456789ABCDEFG"[random.IntN(49)]
		}
		return string(b)
	}
	prompts := make([]string, 100)
	for i := range prompts {
		prompts[i] = prompt()
	}
	graph := func() string { return `["` + strings.Join(prompts, `","`) + `"]` }
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(graph())})
	for range 1000 {
		prompts[random.IntN(100)] = prompt()
		f = write(t, s, f.ID, graph())
	}
	if n := number(t, s, "SELECT sum(bytes) FROM flow_version"); n > 12<<20/4 {
		t.Errorf("1,000 versions of %d KB take %d KB", len(f.Nodes)>>10, n>>10)
	}
}

func testLabels(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(`[1]`)})
	f = write(t, s, write(t, s, f.ID, `[2]`).ID, `[3]`)
	ctx := t.Context()
	must(t, s.SetLabel(ctx, f.ID, "published", 1))
	must(t, s.SetLabel(ctx, f.ID, "published", 2))
	must(t, s.SetLabel(ctx, f.ID, "live", 2))
	if n, err := s.LabelledVersion(ctx, f.ID, "published"); err != nil || n != 2 {
		t.Errorf("published is %d, %v", n, err)
	}
	list, _, err := s.Versions(ctx, f, 0, 9)
	must(t, err)
	if got := fmt.Sprint(list[0].Labels, list[1].Labels, list[2].Labels); got != "[] [live published] []" {
		t.Errorf("labels are %s", got)
	}
	for _, err := range []error{
		s.SetLabel(ctx, f.ID, "x", 4), s.SetLabel(ctx, "none", "x", 1), s.RemoveLabel(ctx, f.ID, "x"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error is %v, want %v", err, ErrNotFound)
		}
	}
	for i := range MaxLabels - 2 {
		must(t, s.SetLabel(ctx, f.ID, fmt.Sprint("l", i), 3))
	}
	if err := s.SetLabel(ctx, f.ID, "x", 3); !errors.Is(err, ErrExists) {
		t.Errorf("a label too many: %v", err)
	}
	must(t, s.SetLabel(ctx, f.ID, "live", 3))
	must(t, s.RemoveLabel(ctx, f.ID, "live"))
	for n, want := range map[int64]string{1: "[1]", 2: "[2]", 3: "[3]"} {
		if got := nodesOf(t, s, f, n); got != want {
			t.Errorf("version %d is %s", n, got)
		}
	}
	if n, err := s.VersionAt(ctx, f.ID, f.Version.CreatedAt); err != nil || n != 3 {
		t.Errorf("the version of now is %d, %v", n, err)
	}
	if _, err := s.VersionAt(ctx, f.ID, 5); !errors.Is(err, ErrNotFound) {
		t.Errorf("the version of long ago: %v", err)
	}
}

func FuzzVersionText(f *testing.F) {
	f.Add([]byte("abc"), []byte("abd"))
	f.Add([]byte(strings.Repeat("abc", 1000)), []byte("abc"))
	var p packer
	f.Fuzz(func(t *testing.T, text, base []byte) {
		for _, b := range [][]byte{base, nil} {
			if got, err := unpack(p.pack(text, b), base); err != nil || string(got) != string(text) {
				t.Errorf("%q after %q is read as %q, %v", text, b, got, err)
			}
		}
		_, _ = unpack(text, base) // whatever it is
	})
}
