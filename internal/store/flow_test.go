package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// nasty are JSON values that databases and encoders like to change or refuse.
func nasty() map[string]string {
	return map[string]string{
		"numbers":         `[1.0,-0.0,-0,1e2,1E+2,1e400,-1e-400,1152921504606846976,12345678901234567890,0.1000]`,
		"lone surrogates": `["\ud800","\udc00x","\udfff\ud800"]`,
		"NUL":             `["\u0000","a\u0000b"]`,
		"escapes":         `["\/","\u00e9","é","<>&","\u2028","\u007f","😀","\ud83d\ude00"]`,
		"key order":       `[{"b":1,"a":2,"":{"z":null,"y":[]}}]`,
		"equal keys":      `[{"a":1,"a":2}]`,
		"spaces":          `["  ", {"a" : 1} ]`,
		"deep":            strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"long":            `["` + strings.Repeat("x", 2<<20) + `"]`,
		"quotes":          `["'","''","\"","\\","$1","?","%","--",";"]`,
	}
}

func testJSON(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	for name, json := range nasty() {
		t.Run(name, func(t *testing.T) {
			object := []byte(`{"x":` + json + `}`)
			f := addFlow(t, s, Flow{UserID: "ann", Nodes: []byte(json), Edges: []byte(json), Meta: object, Extra: object})
			got := getFlow(t, s, f.ID)
			if !reflect.DeepEqual(got, f) {
				t.Errorf("got %.300q, want %.300q", got, f)
			}
			if string(got.Nodes) != json {
				t.Errorf("nodes are %.300q, want %.300q", got.Nodes, json)
			}
			updated, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
				f.Meta, f.Nodes = f.Extra, []byte(`[`+json+`]`)
				return nil
			})
			must(t, err)
			if got := getFlow(t, s, f.ID); !reflect.DeepEqual(got, updated) || string(got.Nodes) != `[`+json+`]` {
				t.Errorf("after the update got %.300q, want %.300q", got, updated)
			}
		})
	}
}

func testTexts(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	empty := ""
	for _, text := range []string{"", "a/../b", "\x1b[31m", "\u202egnp", strings.Repeat("é", 100_000), "'; DROP TABLE flow; --", "\U0001F600", "1.0"} {
		for _, description := range []*string{nil, &empty, &text} {
			f := addFlow(t, s, Flow{UserID: "ann", Name: text, Description: description})
			if got := getFlow(t, s, f.ID); !reflect.DeepEqual(got, f) {
				t.Errorf("got %.200q, want %.200q", got, f)
			}
		}
	}
	f := addFlow(t, s, Flow{UserID: "ann"})
	want := Flow{ID: f.ID, UserID: "ann", CreatedAt: f.CreatedAt, UpdatedAt: f.CreatedAt, Revision: f.Revision,
		Meta: []byte("{}"), Nodes: []byte("[]"), Edges: []byte("[]"), Digest: f.Digest,
		Version: Version{Number: 1, UserID: "ann", CreatedAt: f.CreatedAt}}
	if got := getFlow(t, s, f.ID); !reflect.DeepEqual(*got, want) {
		t.Errorf("got %q, want the defaults %q", got, want)
	}
	if f.CreatedAt < time.Now().Unix()-60 || f.Revision == "" {
		t.Errorf("created at %d, revision %q", f.CreatedAt, f.Revision)
	}
	if got := addFlow(t, s, Flow{UserID: "ann", AccessControl: []byte("null")}); getFlow(t, s, got.ID).AccessControl != nil {
		t.Error("access_control null is not nil")
	}
}

func testBadTexts(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	nul, bad := "a\x00b", "a\xffb"
	for name, f := range map[string]Flow{
		"NUL in name":         {UserID: "ann", Name: nul},
		"no UTF-8 in name":    {UserID: "ann", Name: bad},
		"NUL in description":  {UserID: "ann", Description: &nul},
		"no owner":            {},
		"long id":             {ID: strings.Repeat("x", 256), UserID: "ann"},
		"number for meta":     {UserID: "ann", Meta: []byte("1.0")},
		"number for extra":    {UserID: "ann", Extra: []byte("-1")},
		"NUL in id and owner": {ID: nul, UserID: nul},
	} {
		if err := s.CreateFlow(t.Context(), &f); !errors.Is(err, ErrBadText) {
			t.Errorf("%s: error is %v, want ErrBadText", name, err)
		}
	}
	if err := s.CreateFlow(t.Context(), &Flow{UserID: "ann", AccessControl: []byte(`{"read":1}`)}); err == nil {
		t.Error("a malformed access_control was stored")
	}
	if page, err := s.ListFlows(t.Context(), ListQuery{Scope: All}); err != nil || page.Total != 0 {
		t.Errorf("flows are %v, %v; want none", page, err)
	}
	for _, id := range []string{"", "none", nul, bad, strings.Repeat("x", 5000)} {
		if _, err := s.Flow(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("get %.20q: error is %v, want ErrNotFound", id, err)
		}
		if err := s.DeleteFlow(t.Context(), id, true, nil); !errors.Is(err, ErrNotFound) {
			t.Errorf("delete %.20q: error is %v, want ErrNotFound", id, err)
		}
	}
}

func testCreateTaken(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "first"})
	err := s.CreateFlow(t.Context(), &Flow{ID: f.ID, UserID: "bob", Name: "second", AccessControl: []byte(`{"read":{"user_ids":["eve"]}}`)})
	if !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	if got := getFlow(t, s, f.ID); got.Name != "first" {
		t.Errorf("name is %q", got.Name)
	}
	if n := number(t, s, "SELECT count(*) FROM flow_grant"); n != 0 {
		t.Errorf("%d grants are left of the flow that was not made", n)
	}
}

func testUpdate(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "old", CreatedAt: 1000, Nodes: []byte(`[1]`)})
	got, err := s.UpdateFlow(t.Context(), f.ID, func(seen *Flow) error {
		if !reflect.DeepEqual(seen, f) {
			t.Errorf("change saw %q, want %q", seen, f)
		}
		seen.Name, seen.ID, seen.CreatedAt = "new", "other", 7
		return nil
	})
	must(t, err)
	if got.UpdatedAt < time.Now().Unix()-60 || got.Revision == f.Revision {
		t.Errorf("after the update the time and revision of %q are old", got)
	}
	want := *f
	want.Name, want.UpdatedAt, want.Revision, want.Digest = "new", got.UpdatedAt, got.Revision, got.Digest
	want.Version = Version{Number: 2, UserID: "ann", CreatedAt: got.UpdatedAt}
	if !reflect.DeepEqual(*got, want) || !reflect.DeepEqual(*getFlow(t, s, f.ID), want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := s.UpdateFlow(t.Context(), "none", func(*Flow) error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

func testUpdateAborted(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "old"})
	stop := errors.New("stop")
	for _, change := range []func(f *Flow) error{
		func(f *Flow) error { f.Name = "new"; return stop },
		func(f *Flow) error { f.Name = "a\x00"; return nil },
		func(f *Flow) error { f.Name, f.AccessControl = "new", []byte("[]"); return nil },
	} {
		if _, err := s.UpdateFlow(t.Context(), f.ID, change); err == nil {
			t.Error("the update succeeded")
		}
	}
	if _, err := s.UpdateFlow(t.Context(), f.ID, func(*Flow) error { return stop }); !errors.Is(err, stop) || err.Error() != "stop" {
		t.Errorf("error is %v, want it as it is", err)
	}
	if got := getFlow(t, s, f.ID); !reflect.DeepEqual(got, f) {
		t.Errorf("got %q, want %q", got, f)
	}
}

// testUpdateConcurrent counts up in one flow from many sides: no update is lost.
func testUpdateConcurrent(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "0"})
	const workers, rounds = 8, 5
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
					n, err := strconv.Atoi(f.Name)
					f.Name = strconv.Itoa(n + 1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := getFlow(t, s, f.ID); got.Name != strconv.Itoa(workers*rounds) {
		t.Errorf("counted to %s, want %d", got.Name, workers*rounds)
	}
}

func testDelete(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`)})
	stop := errors.New("stop")
	if err := s.DeleteFlow(t.Context(), f.ID, true, func(*Flow) error { return stop }); !errors.Is(err, stop) || err.Error() != "stop" {
		t.Errorf("error is %v, want it as it is", err)
	}
	getFlow(t, s, f.ID)
	must(t, s.DeleteFlow(t.Context(), f.ID, true, func(seen *Flow) error {
		if !reflect.DeepEqual(seen, f) {
			t.Errorf("check saw %q, want %q", seen, f)
		}
		return nil
	}))
	if err := s.DeleteFlow(t.Context(), f.ID, true, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if n := number(t, s, "SELECT count(*) FROM flow_grant"); n != 0 {
		t.Errorf("%d grants are left", n)
	}
}

// testDeleteMoved changes the flow between the check and the removal.
func testDeleteMoved(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "old"})
	locked := errors.New("locked")
	err := s.DeleteFlow(t.Context(), f.ID, true, func(seen *Flow) error {
		if seen.Name == "locked" {
			return locked
		}
		_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error { f.Name = "locked"; return nil })
		return err
	})
	if !errors.Is(err, locked) {
		t.Errorf("error is %v: the check did not see the change", err)
	}
	getFlow(t, s, f.ID)
}

func testCancelled(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range map[string]func() error{
		"create": func() error { return s.CreateFlow(ctx, &Flow{UserID: "ann"}) },
		"get":    func() error { _, err := s.Flow(ctx, f.ID); return err },
		"list":   func() error { _, err := s.ListFlows(ctx, ListQuery{Scope: All}); return err },
		"delete": func() error { return s.DeleteFlow(ctx, f.ID, true, nil) },
		"ping":   func() error { return s.Ping(ctx) },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v, want context.Canceled", name, err)
		}
	}
	if page, err := s.ListFlows(t.Context(), ListQuery{Scope: All}); err != nil || page.Total != 1 {
		t.Errorf("flows are %v, %v; want one", page, err)
	}
}

func testClosed(t *testing.T, dsn string) {
	s, err := Open(t.Context(), dsn)
	must(t, err)
	must(t, s.Ping(t.Context()))
	addFlow(t, s, Flow{UserID: "ann"})
	must(t, s.Close())
	if err := s.CreateFlow(t.Context(), &Flow{UserID: "ann"}); err == nil {
		t.Error("a closed store took a flow")
	}
	if _, err := s.ListFlows(t.Context(), ListQuery{Scope: All}); err == nil {
		t.Error("a closed store gave a list")
	}
	must(t, s.Close())
}

func testConcurrentUse(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	const workers, rounds = 16, 10
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			user := fmt.Sprint("user", w%4)
			for i := range rounds {
				f := benchFlow(user, fmt.Sprint(w, i))
				if err := s.CreateFlow(t.Context(), f); err != nil {
					t.Error(err)
					return
				}
				if got, err := s.Flow(t.Context(), f.ID); err != nil || !reflect.DeepEqual(got, f) {
					t.Errorf("got %.200q, %v right after its creation", got, err)
				}
				if _, err := s.ListFlows(t.Context(), ListQuery{UserID: user, Scope: Scope(i % 3), Search: "1", Limit: 5}); err != nil {
					t.Error(err)
				}
				if i%2 == 0 {
					if err := s.DeleteFlow(t.Context(), f.ID, true, nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if page, err := s.ListFlows(t.Context(), ListQuery{Scope: All, Limit: 1}); err != nil || page.Total != workers*rounds/2 {
		t.Errorf("%v, %v; want %d flows", page, err, workers*rounds/2)
	}
}
