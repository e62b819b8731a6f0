package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

func auditOf(t *testing.T, s *Store, q AuditQuery) (list []string) {
	t.Helper()
	for e, err := range s.Audit(t.Context(), q) {
		must(t, err)
		list = append(list, fmt.Sprintf("%s %s %s: %s by %s, %s, %s", e.Action, e.FlowID, e.FlowName, e.Detail, e.Email, e.KeyName, e.Address))
	}
	slices.Reverse(list)
	return list
}

// testAudit: each change is logged with the change, and nothing else is.
func testAudit(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := WithActor(t.Context(), Actor{UserID: "1", Email: "ann@example.com", KeyName: "laptop", Address: "192.0.2.1"})
	bob := WithActor(t.Context(), Actor{UserID: "2", Email: "bob@example.com"})
	must(t, s.CreateFlow(ann, &Flow{ID: "f", UserID: "1", Name: "first", AccessControl: []byte("{}")}))
	change := func(ctx context.Context, edit func(*Flow)) {
		t.Helper()
		_, err := s.UpdateFlow(ctx, "f", func(f *Flow) error { edit(f); return nil })
		must(t, err)
	}
	change(bob, func(f *Flow) { f.Name = "second" })
	change(ann, func(f *Flow) { f.AccessControl = []byte(`{"read":{"user_ids":["2"]}}`) })
	change(ann, func(*Flow) {})
	must(t, s.SetLabel(ann, "f", "good", 1))
	must(t, s.RemoveLabel(bob, "f", "good"))
	must(t, s.CreateExecution(bob, &Execution{ID: "e", FlowID: "f", UserID: "2", Status: "success"}, 0))
	must(t, s.DeleteFlow(ann, "f", false, nil))
	_, err := s.RestoreFlow(ann, "f", func(*Flow) error { return nil })
	must(t, err)
	must(t, s.DeleteFlow(bob, "f", true, nil))
	addFlow(t, s, Flow{UserID: "1"}) // by nobody
	// What fails is not logged.
	refused := errors.New("refused")
	if _, err := s.UpdateFlow(ann, "f", func(*Flow) error { return refused }); err == nil {
		t.Error("a flow that is gone was written")
	}
	if err := s.CreateFlow(ann, &Flow{ID: "g", UserID: "1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateFlow(ann, &Flow{ID: "g", UserID: "1"}); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	const byAnn, byBob = " by ann@example.com, laptop, 192.0.2.1", " by bob@example.com, , "
	all := []string{
		"create f first: private" + byAnn, "update f second: version 2" + byBob, "share f second: shared" + byAnn,
		"label f second: good on version 1" + byAnn, "unlabel f second: good" + byBob, "run f second: e" + byBob,
		"delete f second: " + byAnn, "restore f second: version 2" + byAnn, "purge f second: " + byBob, "create g : public" + byAnn,
	}
	if got := auditOf(t, s, AuditQuery{}); !slices.Equal(got, all) {
		t.Errorf("got  %q\nwant %q", got, all)
	}
	for _, q := range []AuditQuery{{User: "2"}, {User: "bob@example.com"}} {
		if got := auditOf(t, s, q); !slices.Equal(got, []string{all[1], all[4], all[5], all[8]}) {
			t.Errorf("%+v: %q", q, got)
		}
	}
	if got := auditOf(t, s, AuditQuery{Flow: "first", Since: now() - 60}); !slices.Equal(got, all[:1]) {
		t.Errorf("%q", got)
	}
	if got := auditOf(t, s, AuditQuery{Flow: "g"}); !slices.Equal(got, all[9:]) {
		t.Errorf("%q", got)
	}
	if got := auditOf(t, s, AuditQuery{Since: now() + 60}); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

// testAuditKeep: the oldest entries go, and all that are left are listed.
func testAuditKeep(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	s.KeepAudit = 2500
	must(t, s.db.write(t.Context(), func(ctx context.Context, tx queryer) error {
		a := auditor{s, Actor{UserID: "1"}, true}
		for n := range 4999 {
			if err := a.add(ctx, tx, AuditRun, &Flow{ID: "f"}, fmt.Sprint(n)); err != nil {
				return err
			}
		}
		return nil
	}))
	list := auditOf(t, s, AuditQuery{})
	if len(list) < s.KeepAudit || len(list) > s.KeepAudit+auditStep || list[len(list)-1] != "run f : 4998 by , , " {
		t.Errorf("%d entries, from %q to %q", len(list), list[0], list[len(list)-1])
	}
}
