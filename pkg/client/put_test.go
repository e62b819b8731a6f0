package client_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestPut(t *testing.T) {
	c := our(t)
	const id = "one"
	spec := spec(t, `{"id":"other","name":"A","nodes":[{"id":"n","type":"input"}],"edges":[],"meta":{"m":1.0}}`)
	made, err := c.Flows.Put(t.Context(), id, spec, client.IfAbsent())
	if err != nil {
		t.Fatal(err)
	}
	if made.ID != id || made.Name != "A" || string(made.Meta) != `{"m":1.0}` || string(made.AccessControl) != "{}" {
		t.Errorf("put made %s", made.AppendJSON(nil))
	}
	if _, err := c.Flows.Put(t.Context(), id, spec, client.IfAbsent()); !errors.Is(err, client.ErrConflict) {
		t.Errorf("IfAbsent gave %v for a flow that is there, want ErrConflict", err)
	}
	got, err := c.Flows.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, description := range []string{"by tag", "by content"} {
		now := got.Revision()
		if description == "by content" {
			made.ETag = ""
			now = made.Revision()
		}
		spec.Description = description
		made, err = c.Flows.Put(t.Context(), id, spec, client.IfUnchanged(now))
		if err != nil || made.Description != description {
			t.Errorf("put gave %s, %v", made.AppendJSON(nil), err)
		}
	}
	if _, err := c.Flows.Put(t.Context(), id, spec, client.IfUnchanged(got.Revision())); !errors.Is(err, client.ErrConflict) {
		t.Errorf("a put over another's change gave %v, want ErrConflict", err)
	}
	if _, err := c.Flows.Put(t.Context(), "a b", spec); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("a bad id gave %v, want ErrInvalid", err)
	}
	if _, err := c.Flows.Put(t.Context(), "create", spec); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("the id of another route gave %v, want ErrNotFound", err)
	}
}

// TestPutLost cuts the connection behind the first PUT: the second finds what it did.
func TestPutLost(t *testing.T) {
	var puts atomic.Int32
	c, _ := ourServer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && puts.Add(1) == 1 {
				h.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(w, r)
		})
	})
	f, err := c.Flows.Put(t.Context(), "one", spec(t, `{"name":"A","nodes":[],"edges":[]}`), client.IfAbsent())
	if err != nil || f.ID != "one" || puts.Load() != 2 {
		t.Errorf("after %d PUTs got %q, %v", puts.Load(), f.ID, err)
	}
}

func TestPutUpstream(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	_, err := c.Flows.Put(t.Context(), "one", spec(t, `{"name":"A","nodes":[],"edges":[]}`))
	if !errors.Is(err, client.ErrUnsupported) {
		t.Errorf("put gave %v, want ErrUnsupported", err)
	}
	if n := b.Count(http.MethodPut, "/api/v1/flows/one"); n != 0 {
		t.Errorf("%d PUTs were sent, want none", n)
	}
}
