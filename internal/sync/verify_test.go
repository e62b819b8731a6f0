package sync

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
)

// On our server, where the client chooses the id of a new flow, a write that did not
// arrive is not taken for done because somebody else's flow says the same.
func TestLostCreateIsKnownByItsID(t *testing.T) {
	lose := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				twin := r.Clone(r.Context())
				twin.URL.Path += "-of-another"
				h.ServeHTTP(httptest.NewRecorder(), twin)
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(w, r)
		})
	}
	onBoth(t, lose, func(t *testing.T, c *client.Client, ours bool) {
		if !ours {
			return // there it can only be known by what it says
		}
		lock, _ := lockOf(t, "")
		results, err := Apply(t.Context(), t.Context(), c, plan(t, c, lock, false, named(t, "a.json", "A")), ApplyOptions{Parallel: 1})
		if err != nil || results[0].Done || results[0].Err == nil {
			t.Errorf("got %+v, %v; want a failure", results[0], err)
		}
		flows, err := c.Flows.List(t.Context(), client.ListOptions{})
		if err != nil || len(flows) != 1 {
			t.Errorf("%d flows are there (%v), want the other's", len(flows), err)
		}
	})
}

// What no list has shown is asked for by its id, once.
func TestFlowsAreAskedForByID(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	count := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			if id, ok := strings.CutPrefix(r.URL.Path, "/api/v1/flows/"); ok && r.Method == http.MethodGet && id != "" && id != "accessible" {
				asked = append(asked, id)
			}
			mu.Unlock()
			h.ServeHTTP(w, r)
		})
	}
	onBoth(t, count, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, `{"file":"a.json","ids":{"staging":"there"}}`+"\n"+`{"file":"gone.json","ids":{"staging":"other"}}`+"\n")
		file := named(t, "a.json", "A")
		file.ID = "of-staging"
		for i, want := range []string{"of-staging there", "", "gone"} {
			if i == 2 {
				lock.Record("prod", []LockEntry{{File: "gone.json", ID: "gone"}})
			}
			asked = nil
			p := plan(t, c, lock, true, file)
			if got := strings.Join(slices.Sorted(slices.Values(asked)), " "); got != want {
				t.Errorf("plan %d asked for %q, want %q", i, got, want)
			}
			apply(t, c, lock, p)
		}
	})
}

// For a few picked files that are known by id no list is read.
func TestFewFlowsNeedNoList(t *testing.T) {
	var lists atomic.Int64
	count := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == "/api/v1/flows/" {
				lists.Add(1)
			}
			h.ServeHTTP(w, r)
		})
	}
	onBoth(t, count, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		files := []Source{named(t, "a.json", "A"), named(t, "b.json", "B")}
		apply(t, c, lock, plan(t, c, lock, false, files...))
		for _, tt := range []struct {
			files []Source
			lists int64
			want  string
		}{
			{files, 0, "unchanged a.json"},
			{append(files, named(t, "a/new.json", "New")), 0, "unchanged a.json"},
			{[]Source{named(t, "a.json", "A")}, 0, "unchanged a.json"},
		} {
			lists.Store(0)
			p, err := NewPlan(t.Context(), c, tt.files, lock, Options{Profile: "prod", Picked: func(file string) bool { return file == "a.json" }})
			if err != nil || actions(p) != tt.want || lists.Load() != tt.lists {
				t.Errorf("the plan is %s, %v, after %d lists", actions(p), err, lists.Load())
			}
		}
		lists.Store(0)
		files = append(files, named(t, "new.json", "New"))
		p, err := NewPlan(t.Context(), c, files, lock, Options{Profile: "prod", Picked: func(file string) bool { return file == "new.json" }})
		if err != nil || actions(p) != "create new.json" || lists.Load() == 0 {
			t.Errorf("the plan of a new flow is %s, %v, after %d lists", actions(p), err, lists.Load())
		}
	})
}
