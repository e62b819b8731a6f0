package sync

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func connect(t *testing.T, url, token string) *client.Client {
	t.Helper()
	c, err := client.New(url, client.WithToken(token), client.WithRetry(client.Retry{Max: 1, MinWait: time.Millisecond, MaxWait: time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// onBoth runs a test on our server and on one that behaves like Open WebUI.
// wrap stands before it.
func onBoth(t *testing.T, wrap func(http.Handler) http.Handler, test func(t *testing.T, c *client.Client, ours bool)) {
	if wrap == nil {
		wrap = func(h http.Handler) http.Handler { return h }
	}
	t.Run("our server", func(t *testing.T) {
		st, err := store.Open(t.Context(), t.TempDir()+"/flows.db")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = st.Close() })
		admin, err := server.EnsureAdmin(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		key, _, err := server.NewKey(t.Context(), st, admin.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(wrap(server.New(st, server.Options{})))
		t.Cleanup(web.Close)
		test(t, connect(t, web.URL, key), true)
	})
	t.Run("real backend", func(t *testing.T) {
		web := httptest.NewServer(wrap(clienttest.New(clienttest.Options{})))
		t.Cleanup(web.Close)
		test(t, connect(t, web.URL, "ann-token"), false)
	})
}

func source(t *testing.T, path, id, text string) Source {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return NewSource(path, id, s, nil)
}

func specOf(t *testing.T, s Source) flow.Spec {
	t.Helper()
	spec, err := s.Spec()
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func named(t *testing.T, path, name string) Source {
	return source(t, path, "", `{"name":"`+name+`","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":1e2}}],"edges":[]}`)
}

func plan(t *testing.T, c *client.Client, lock *Lock, prune bool, files ...Source) *Plan {
	t.Helper()
	p, err := NewPlan(t.Context(), c, files, lock, Options{Profile: "prod", Prune: prune})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// actions is a plan in a line.
func actions(p *Plan) string {
	var words []string
	for _, s := range p.Steps {
		words = append(words, string(s.Action)+" "+s.File)
	}
	return strings.Join(words, ", ")
}

func apply(t *testing.T, c *client.Client, lock *Lock, p *Plan) []Result {
	t.Helper()
	results, err := Apply(t.Context(), t.Context(), c, p, ApplyOptions{Parallel: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil || !r.Done {
			t.Fatalf("%s %s: done %v, %v", r.Action, r.File, r.Done, r.Err)
		}
	}
	RecordResults(lock, "prod", results)
	return results
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, ours bool) {
		lock, _ := lockOf(t, "")
		files := []Source{
			named(t, "b.json", "B"), named(t, "a.json", "A"),
			source(t, "c.json", "from-file", `{"name":"C","nodes":[{"id":"o","type":"output","data":{"value":"run","label":"x"},"selected":true}],"edges":[],"meta":{"team":"x"},"color":"red"}`),
		}
		p := plan(t, c, lock, false, files...)
		if got := actions(p); got != "create a.json, create b.json, create c.json" {
			t.Fatalf("the plan is: %s", got)
		}
		results := apply(t, c, lock, p)
		dropped := strings.Join(results[2].Dropped, " ")
		if want := map[bool]string{true: "", false: "color meta"}[ours]; dropped != want || results[2].Changed != nil {
			t.Errorf("said that the server dropped %q and changed %q, want %q dropped", dropped, results[2].Changed, want)
		}
		if ours && results[2].ID != "from-file" {
			t.Errorf("the id of the file was not kept: %s", results[2].ID)
		}
		again := plan(t, c, lock, true, files...)
		if again.Writes() != 0 || len(again.Steps) != 3 || again.Steps[0].Match != ByLock {
			t.Errorf("the second plan is: %s", actions(again))
		}
		empty, _ := lockOf(t, "")
		if p := plan(t, c, empty, true, files...); p.Writes() != 0 {
			t.Errorf("without a lock the plan is: %s", actions(p))
		}
		f, err := c.Flows.Get(t.Context(), results[2].ID)
		if err != nil || string(f.AccessControl) != "{}" || strings.Contains(string(f.AppendJSON(nil)), "selected") {
			t.Errorf("stored %s, %v", f.AppendJSON(nil), err)
		}
	})
}

func TestPruneAndRename(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		apply(t, c, lock, plan(t, c, lock, false, named(t, "a.json", "A"), named(t, "b.json", "B")))
		if _, err := c.Flows.Create(t.Context(), specOf(t, named(t, "", "Foreign"))); err != nil {
			t.Fatal(err)
		}
		moved := named(t, "renamed.json", "A")
		if p := plan(t, c, lock, false, moved); actions(p) != "unchanged renamed.json" || p.Steps[0].Match != ByLock {
			t.Errorf("without prune the plan is: %s", actions(p))
		}
		p := plan(t, c, lock, true, moved)
		if actions(p) != "unchanged renamed.json, delete b.json" {
			t.Fatalf("the plan is: %s", actions(p))
		}
		apply(t, c, lock, p)
		if got := strings.Join(lock.Files("prod"), " "); got != "renamed.json" {
			t.Errorf("the lock has %s", got)
		}
		flows, err := c.Flows.List(t.Context(), client.ListOptions{})
		if err != nil || len(flows) != 2 {
			t.Errorf("%d flows are left, want A and Foreign (%v)", len(flows), err)
		}
	})
}

func TestConflicts(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		for range 2 {
			if _, err := c.Flows.Create(t.Context(), specOf(t, named(t, "", "Twin"))); err != nil {
				t.Fatal(err)
			}
		}
		one, err := c.Flows.Create(t.Context(), specOf(t, named(t, "", "One")))
		if err != nil {
			t.Fatal(err)
		}
		with := func(f Source, id string) Source { f.ID = id; return f }
		for name, test := range map[string]struct {
			files      []Source
			candidates int
		}{
			"two flows of the name": {[]Source{named(t, "a.json", "Twin")}, 2},
			"two files of the name": {[]Source{named(t, "a.json", "One"), named(t, "b.json", "One")}, 1},
			"two files of the id":   {[]Source{with(named(t, "a.json", "One"), one.ID), with(named(t, "b.json", "Two"), one.ID)}, 1},
		} {
			_, err := NewPlan(t.Context(), c, test.files, lock, Options{Profile: "prod", Adopt: true})
			var conflict *ConflictError
			if !errors.As(err, &conflict) || len(conflict.Conflicts[0].Candidates) != test.candidates {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestSavedPlanThatMoved(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		results := apply(t, c, lock, plan(t, c, lock, false, named(t, "a.json", "A")))
		changed := specOf(t, named(t, "", "A"))
		changed.Description = "<new> & better"
		change := NewSource("a.json", "", changed, nil)
		p := plan(t, c, lock, false, change, named(t, "b.json", "B"))
		var saved bytes.Buffer
		if err := p.Save(&saved); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(saved.String(), `"n": 1e2`) || !strings.Contains(saved.String(), "<new> & better") {
			t.Errorf("saved %s", saved.Bytes())
		}
		loaded, err := LoadPlan(saved.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := loaded.Check(t.Context(), c); err != nil {
			t.Errorf("a plan that holds was refused: %v", err)
		}
		name := "Other"
		if _, err := c.Flows.Update(t.Context(), results[0].ID, client.Patch{Name: &name}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Flows.Create(t.Context(), specOf(t, named(t, "", "B"))); err != nil {
			t.Fatal(err)
		}
		var moved *MovedError
		if err := loaded.Check(t.Context(), c); !errors.As(err, &moved) || len(moved.Moved) != 2 {
			t.Errorf("got %v, want both flows", err)
		}
		results, err = Apply(t.Context(), t.Context(), c, loaded, ApplyOptions{Parallel: 1})
		if err != nil || !errors.Is(results[0].Err, client.ErrConflict) || results[1].Begun {
			t.Errorf("applied all the same: %+v, %v", results, err)
		}
	})
}

// TestLostAnswers cuts the connection behind every first write: nothing is made
// twice, and all is known to be done.
func TestLostAnswers(t *testing.T) {
	lose := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut || r.Method == http.MethodPost {
				h.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(w, r)
		})
	}
	onBoth(t, lose, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		with := named(t, "b.json", "B")
		with.ID = "from-file"
		files := []Source{named(t, "a.json", "A"), with}
		apply(t, c, lock, plan(t, c, lock, false, files...))
		if p := plan(t, c, lock, false, files...); p.Writes() != 0 {
			t.Errorf("the second plan is: %s", actions(p))
		}
		flows, err := c.Flows.List(t.Context(), client.ListOptions{})
		if err != nil || len(flows) != 2 {
			t.Errorf("%d flows were made (%v), want 2", len(flows), err)
		}
	})
}

func TestPull(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		file := source(t, "a.json", "", `{"name":"A","nodes":[{"id":"a","type":"input","data":{"n":1.0}}],"edges":[],"meta":{"team":"x"}}`)
		results := apply(t, c, lock, plan(t, c, lock, false, file))
		nodes := specOf(t, source(t, "", "", `{"nodes":[{"id":"a","type":"input","selected":true,"data":{"n":2.0}}]}`)).Nodes
		if _, err := c.Flows.Update(t.Context(), results[0].ID, client.Patch{Nodes: nodes}); err != nil {
			t.Fatal(err)
		}
		pulled, err := Pull(t.Context(), c, []Source{file, named(t, "b.json", "B")}, lock, Options{Profile: "prod"})
		if err != nil {
			t.Fatal(err)
		}
		if len(pulled[0].Changes) != 1 || pulled[0].Changes[0].Where() != "node a /data/n" || pulled[1].FlowID != "" {
			t.Fatalf("pulled %+v", pulled)
		}
		got := pulled[0].Next
		if string(got.Meta) != `{"team":"x"}` || string(got.Nodes[0].AppendJSON(nil)) != `{"id":"a","type":"input","data":{"n":2.0}}` {
			t.Errorf("pulled %s", got.AppendJSON(nil))
		}
	})
}

// A file that changes while it is compared is not sent half seen.
func TestFileThatChangesMeanwhile(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock, _ := lockOf(t, "")
		seen, now := specOf(t, named(t, "a.json", "A")), specOf(t, named(t, "a.json", "B"))
		reads := 0
		file := NewSource("a.json", "", seen, func() (flow.Spec, error) {
			reads++
			return now, nil
		})
		if _, err := NewPlan(t.Context(), c, []Source{file}, lock, Options{Profile: "prod"}); err == nil || !strings.Contains(err.Error(), "has changed") {
			t.Errorf("planned all the same: %v", err)
		}
		now = seen
		results := apply(t, c, lock, plan(t, c, lock, false, file))
		reads = 0
		if p := plan(t, c, lock, false, file); p.Writes() != 0 || reads != 0 {
			t.Errorf("%s after %d reads of a file that is as stored (%s)", actions(p), reads, results[0].ID)
		}
	})
}

// A file without layout leaves that to the server: it is not a difference, an update
// keeps it, and a new node gets a place.
func TestWithoutLayout(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, _ bool) {
		lock := &Lock{lines: map[string]flow.Object{}}
		const text = `{"name":"F","nodes":[{"id":"a","type":"input","data":{"value":"v"}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`
		apply := func(file Source) []flow.Node {
			t.Helper()
			p := plan(t, c, lock, false, file)
			results, err := Apply(t.Context(), t.Context(), c, p, ApplyOptions{Parallel: 1})
			if err != nil || results[0].Err != nil || !results[0].Done || len(results[0].Changed) > 0 {
				t.Fatalf("Apply: %v, %v, %+v", err, results[0].Err, results[0])
			}
			RecordResults(lock, "prod", results)
			if n := plan(t, c, lock, false, file).Count(Unchanged); n != 1 {
				t.Errorf("afterwards something differs: %v", plan(t, c, lock, false, file).Steps[0].Changes)
			}
			f, err := c.Flows.Get(t.Context(), results[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			return f.Nodes
		}
		file := source(t, "f.json", "", text)
		nodes := apply(file)
		if got, want := string(nodes[0].Position)+string(nodes[1].Position), `{"x":0,"y":0}{"x":300,"y":0}`; got != want {
			t.Errorf("new nodes are at %s, want %s", got, want)
		}
		moved := source(t, "f.json", "", strings.NewReplacer(
			`"type":"input"`, `"type":"input","position":{"x":7,"y":70},"sourcePosition":"left"`,
			`"type":"output"`, `"type":"output","position":{"x":8,"y":80}`).Replace(text))
		apply(moved)
		if p := plan(t, c, lock, false, file); p.Count(Unchanged) != 1 {
			t.Errorf("a file without layout differs: %v", p.Steps[0].Changes)
		}
		pulled, err := Pull(t.Context(), c, []Source{file}, lock, Options{Profile: "prod"})
		if err != nil || len(pulled[0].Changes) > 0 {
			t.Errorf("Pull: %v, %v", pulled[0].Changes, err)
		}

		grown := source(t, "f.json", "", strings.NewReplacer(`"v"`, `"w"`,
			`{"id":"b"`, `{"id":"n","type":"output","data":{}},{"id":"b"`).Replace(text))
		nodes = apply(grown)
		want := `{"x":7,"y":70} {"x":7,"y":200} {"x":8,"y":80}`
		if got := string(nodes[0].Position) + " " + string(nodes[1].Position) + " " + string(nodes[2].Position); got != want || string(nodes[0].Unknown().AppendJSON(nil)) != `{"sourcePosition":"left"}` {
			t.Errorf("after an update: %s and %s", got, nodes[0].Unknown().AppendJSON(nil))
		}

		// What comes back is without layout where the file is.
		partly := source(t, "f.json", "", strings.Replace(text, `"type":"output"`, `"type":"output","position":{"x":1,"y":1}`, 1))
		for _, tt := range []struct {
			file Source
			want string
		}{{file, ` `}, {partly, `n{"x":7,"y":200} b{"x":8,"y":80} `}} {
			pulled, err := Pull(t.Context(), c, []Source{tt.file}, lock, Options{Profile: "prod", Overwrite: true})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, n := range pulled[0].Next.Nodes {
				if n.Position != nil {
					got += n.ID + string(n.Position) + " "
				}
			}
			if strings.TrimSpace(got) != strings.TrimSpace(tt.want) || len(pulled[0].Next.Nodes) != 3 {
				t.Errorf("pulled %s, want %s", got, tt.want)
			}
		}
	})
}
