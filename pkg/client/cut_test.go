package client_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// cutting spoils the first answer to a write with what is left of its body: nothing, or
// the first half. Both are 200, and whole as far as HTTP goes.
func cutting(spoil *atomic.Bool, half bool) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet || !spoil.CompareAndSwap(true, false) {
				h.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			for key, values := range rec.Header() {
				if key != "Content-Length" {
					w.Header()[key] = values
				}
			}
			body := rec.Body.String()
			if body = body[:len(body)/2]; !half {
				body = ""
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write([]byte(body))
		})
	}
}

// TestCutAnswers: an answer of status 200 that is cut or empty is not a failure, and what was
// asked for is done once.
func TestCutAnswers(t *testing.T) {
	for _, half := range []bool{false, true} {
		for _, ours := range []bool{false, true} {
			var spoil atomic.Bool
			var c *client.Client
			if ours {
				c, _ = ourServer(t, cutting(&spoil, half))
			} else {
				c = newClient(t, serve(t, cutting(&spoil, half)(clienttest.New(clienttest.Options{}))), client.WithToken("ann-token"))
			}
			check := func(what string, err error) {
				t.Helper()
				if err != nil || spoil.Load() {
					t.Errorf("ours %t, half %t: %s: %v", ours, half, what, err)
				}
				spoil.Store(true)
			}
			spoil.Store(true)
			f, err := c.Flows.Create(t.Context(), spec(t, `{"name":"A","nodes":[{"id":"n","type":"input"}],"edges":[]}`))
			check("create", err)
			name := "B"
			_, err = c.Flows.Update(t.Context(), f.ID, client.Patch{Name: &name})
			check("update", err)
			_, err = c.Flows.Create(t.Context(), spec(t, `{"name":"C"}`))
			check("create another", err)
			// The record of a run is not sent again, since equal runs look alike.
			_, err = c.Executions.Create(t.Context(), flow.Execution{FlowID: f.ID, Status: flow.RunSuccess})
			if err == nil || !strings.Contains(err.Error(), "it may have been done all the same") {
				t.Errorf("record a run: %v", err)
			}
			if runs, err := c.Executions.List(t.Context(), f.ID, 0); err != nil || len(runs) != 1 {
				t.Errorf("there are %d records, %v", len(runs), err)
			}
			spoil.Store(true)
			check("delete the executions", c.Executions.DeleteAll(t.Context(), f.ID))
			if ours {
				_, err = c.Flows.Put(t.Context(), "own", spec(t, `{"name":"P"}`), client.IfAbsent())
				check("put", err)
			}
			check("delete", c.Flows.Delete(t.Context(), f.ID))
			spoil.Store(false)
			list, err := c.Flows.List(t.Context(), client.ListOptions{})
			var names []string
			for _, f := range list {
				names = append(names, f.Name)
			}
			if want := 1 + map[bool]int{true: 1}[ours]; err != nil || len(list) != want {
				t.Errorf("ours %t, half %t: there are %s, %v", ours, half, strings.Join(names, ", "), err)
			}
		}
	}
}
