package store

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func testBin(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ctx := t.Context()
	f := addFlow(t, s, Flow{UserID: "ann", Name: "gone", AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`)})
	public := addFlow(t, s, Flow{UserID: "ann", Name: "gone too"})
	addFlow(t, s, Flow{UserID: "ann", Name: "stays", AccessControl: []byte("{}")})
	f = write(t, s, f.ID, nodeAt("two", 1))
	must(t, s.CreateExecution(ctx, &Execution{FlowID: f.ID, UserID: "ann", Status: "success"}, 0))
	stop := errors.New("stop")
	if err := s.DeleteFlow(ctx, f.ID, false, func(*Flow) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	must(t, s.DeleteFlow(ctx, f.ID, false, nil))
	must(t, s.DeleteFlow(ctx, public.ID, false, nil))
	for _, q := range []ListQuery{
		{UserID: "ann"}, {UserID: "ann", Scope: Writable}, {UserID: "ann", Scope: Reachable}, {UserID: "ann", Scope: Accessible}, {Scope: All},
		{Scope: All, Graph: true}, {UserID: "ann", Limit: 1},
	} {
		if list := names(t, s, q); list != "stays" {
			t.Errorf("%+v lists %q", q, list)
		}
		if page, err := s.ListFlows(ctx, q); err != nil || page.Total != 1 {
			t.Errorf("%+v counts %+v, %v", q, page, err)
		}
	}
	for _, q := range []ListQuery{{UserID: "bob", Scope: Accessible}, {Scope: All, Name: "gone"}, {Scope: All, Search: "gone"}, {Scope: All, Prefix: f.ID[:9]}} {
		if list := names(t, s, q); list != "" {
			t.Errorf("%+v lists %q", q, list)
		}
	}
	if list := names(t, s, ListQuery{UserID: "ann", Deleted: true}); list != "gone too gone" && list != "gone gone too" {
		t.Errorf("the bin has %q", list)
	}
	for what, err := range map[string]error{
		"get":     second(s.Flow(ctx, f.ID)),
		"small":   second(s.SmallFlow(ctx, f.ID, 1<<20)),
		"update":  second(s.UpdateFlow(ctx, f.ID, func(*Flow) error { return nil })),
		"delete":  s.DeleteFlow(ctx, f.ID, false, nil),
		"label":   s.SetLabel(ctx, f.ID, "x", 1),
		"restore": second(s.RestoreFlow(ctx, "none", func(*Flow) error { return nil })),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.CreateFlow(ctx, &Flow{ID: f.ID, UserID: "eve"}); !errors.Is(err, ErrExists) {
		t.Errorf("created in its place: %v", err)
	}
	back, err := s.RestoreFlow(ctx, f.ID, func(f *Flow) error {
		if at := f.DeletedAt(); !f.Deleted() || at < time.Now().Unix()-60 || at > time.Now().Unix() {
			t.Errorf("deleted at %d", at)
		}
		return nil
	})
	must(t, err)
	if back.Deleted() || string(back.Nodes) != nodeAt("two", 1) || back.Version.Number != 2 || nodesOf(t, s, back, 1) != "[]" {
		t.Errorf("restored %v", back)
	}
	if page, err := s.ListExecutions(ctx, ExecutionQuery{FlowID: f.ID, Limit: 5}); err != nil || len(page.Executions) != 1 {
		t.Errorf("its executions are %+v, %v", page, err)
	}
	if list := names(t, s, ListQuery{UserID: "bob", Scope: Accessible}); list != "gone" {
		t.Errorf("bob reads %q", list)
	}
	if n, err := s.PurgeDeleted(ctx, time.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("%d were purged, %v", n, err)
	}
	if n, err := s.PurgeDeleted(ctx, time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("%d were purged, %v", n, err)
	}
	must(t, s.DeleteFlow(ctx, f.ID, false, nil))
	must(t, s.DeleteFlow(ctx, f.ID, true, nil))
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 1 {
		t.Errorf("%d flows are left", n)
	}
}

// testBinRace: a flow that is deleted, restored and written at once is whole in the end.
func testBinRace(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for range 10 {
				_, err := s.PutFlow(t.Context(), "x", func() (*Flow, error) { return &Flow{UserID: "ann"}, nil }, func(f *Flow) error {
					f.Nodes = []byte(nodeAt(f.Version.Number+1, i))
					return nil
				})
				if err == nil {
					err = s.DeleteFlow(t.Context(), "x", false, nil)
				}
				if err != nil && !errors.Is(err, ErrNotFound) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 1 {
		t.Errorf("there are %d flows", n)
	}
	if f, err := s.RestoreFlow(t.Context(), "x", func(*Flow) error { return nil }); err != nil || f.Version.Number != 30 {
		t.Errorf("version %d, %v", f.Version.Number, err)
	}
}
