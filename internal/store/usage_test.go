package store

import (
	"errors"
	"testing"
)

func testUsage(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	boss := &User{Email: "boss@x", Role: RoleAdmin}
	must(t, s.AddUser(t.Context(), boss))
	if u, err := s.Usage(t.Context(), ann.ID); err != nil || *u != (Usage{}) {
		t.Errorf("ann has %+v, %v, want nothing", u, err)
	}
	var want int64
	description := "dé\U0001f600"
	for name, json := range nasty() {
		f := addFlow(t, s, Flow{UserID: ann.ID, Name: "ü" + name, Nodes: []byte(json), Meta: []byte(`{"a": "é"}`), Description: &description, AccessControl: []byte("{}"), Extra: []byte(`{"x":1.0}`)})
		if n, err := s.FlowSize(t.Context(), f.ID); err != nil || n != int64(f.Size()) || n < int64(len(json)) {
			t.Errorf("%s has %d bytes, %v, want %d", name, n, err, f.Size())
		}
		want += int64(f.Size())
	}
	public := addFlow(t, s, Flow{UserID: boss.ID, Name: "p"})
	e := addExecution(t, s, Execution{FlowID: public.ID, UserID: ann.ID, Status: "success", Outputs: []byte(`{"a":"é"}`), Errors: []byte(`{"b":1}`)})
	if n, err := s.ExecutionSize(t.Context(), e.ID); err != nil || n != int64(e.Size()) {
		t.Errorf("the execution has %d bytes, %v, want %d", n, err, e.Size())
	}
	if u, err := s.Usage(t.Context(), ann.ID); err != nil || *u != (Usage{Flows: int64(len(nasty())), Bytes: want + int64(e.Size())}) {
		t.Errorf("ann has %+v, %v, want %d bytes", u, err, want+int64(e.Size()))
	}
	if u, err := s.Usage(t.Context(), boss.ID); err != nil || *u != (Usage{Flows: 1, Bytes: int64(public.Size()), Admin: true}) {
		t.Errorf("the admin has %+v, %v", u, err)
	}
	for _, id := range []string{"none", "", "a\x00"} {
		if _, err := s.FlowSize(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("size of %q: %v, want ErrNotFound", id, err)
		}
	}
}
