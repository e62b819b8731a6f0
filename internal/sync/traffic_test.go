package sync

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
)

// traffic counts what goes through a server.
type traffic struct {
	mu       sync.Mutex
	bytes    int
	requests []string
}

func (n *traffic) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.requests = append(n.requests, r.Method+" "+r.URL.Path)
		n.mu.Unlock()
		h.ServeHTTP(&counted{w, n}, r)
	})
}

// since returns what was counted since the last time.
func (n *traffic) since() (bytes int, requests []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	bytes, requests = n.bytes, n.requests
	n.bytes, n.requests = 0, nil
	return bytes, requests
}

type counted struct {
	http.ResponseWriter
	n *traffic
}

func (c *counted) Write(b []byte) (int, error) {
	c.n.mu.Lock()
	c.n.bytes += len(b)
	c.n.mu.Unlock()
	return c.ResponseWriter.Write(b)
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// sized returns a file whose flow has some 10 KB.
func sized(t *testing.T, path, prompt string) Source {
	t.Helper()
	return source(t, path, "", fmt.Sprintf(`{"name":%q,"nodes":[{"id":"m","type":"model","position":{"x":1,"y":2},"data":{"prompt":%q}},{"id":"o","type":"output","position":{"x":3,"y":2},"data":{}}],"edges":[]}`, path, prompt+strings.Repeat(" word", 2000)))
}

// TestTraffic: to apply, pull or import one change among many flows of 10 KB, our server
// sends a list of digests and the one flow that differs. Of Open WebUI the list is read
// once, and what was changed once more, just before it is written.
func TestTraffic(t *testing.T) {
	const many = 100
	var n traffic
	onBoth(t, n.wrap, func(t *testing.T, c *client.Client, ours bool) {
		lock, _ := lockOf(t, "")
		files := make([]Source, many)
		for i := range files {
			files[i] = sized(t, fmt.Sprintf("%d.json", i), "as it was")
		}
		apply(t, c, lock, plan(t, c, lock, false, files...))
		check := func(what, onOurs, elsewhere string) {
			t.Helper()
			got, requests := n.since()
			want := onOurs
			if !ours {
				want = elsewhere
			}
			for i, r := range requests {
				method, path, _ := strings.Cut(r, " /api/v1/flows/")
				requests[i] = method + map[bool]string{true: " list", false: " one"}[path == ""]
			}
			if got := strings.Join(requests, ", "); got != want {
				t.Errorf("%s made the requests %s, want %s", what, got, want)
			}
			if most := 500_000 / 2000 * many; ours && got > most+20_000 {
				t.Errorf("%s: the server sent %d bytes, want at most %d, and the flow itself", what, got, most)
			}
		}
		n.since()
		if p := plan(t, c, lock, false, files...); p.Writes() != 0 {
			t.Fatalf("the plan is %s", actions(p))
		}
		check("a plan that finds nothing", "GET list", "GET list")

		files[7] = sized(t, "7.json", "changed here")
		apply(t, c, lock, plan(t, c, lock, false, files...))
		check("apply", "GET list, GET one, PUT one", "GET list, GET one, POST one")

		theirs := specOf(t, sized(t, "8.json", "changed there"))
		if _, err := c.Flows.Update(t.Context(), lock.ID("8.json", "prod"), client.Replace(theirs)); err != nil {
			t.Fatal(err)
		}
		n.since()
		pulled, err := Pull(t.Context(), c, files, lock, Options{Profile: "prod"})
		if err != nil || pulled[8].State != ChangedThere || len(pulled[8].Changes) != 1 || pulled[9].State != Same {
			t.Fatalf("pulled %+v, %v", pulled[8], err)
		}
		check("pull", "GET list, GET one", "GET list")

		flows := c.Flows.All(t.Context(), client.ListOptions{Digest: ours, Graph: !ours})
		pulled, err = Pull(t.Context(), c, files, lock, Options{Dir: t.TempDir(), Profile: "prod", Export: &Export{Flows: flows}})
		if err != nil || len(pulled) != many || pulled[8].State != ChangedThere || len(pulled[8].Changes) != 1 || pulled[9].State != Same {
			t.Fatalf("exported %d, %v", len(pulled), err)
		}
		check("export into the same folder", "GET list, GET one", "GET list")

		file := sized(t, "9.json", "from elsewhere")
		p, err := NewPlan(t.Context(), c, []Source{file}, lock, Options{Profile: "prod", Exists: ExistsUpdate})
		if err != nil || actions(p) != "update 9.json" {
			t.Fatalf("the plan of an import is %v, %v", p, err)
		}
		check("import", "GET list, GET one", "GET list")
	})
}

// TestDigestsOfLists: on our server the flow itself is read only if a digest leaves open
// whether it is what the file says.
func TestDigestsOfLists(t *testing.T) {
	const (
		node   = `{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"big":123456789012345678901234567890}}`
		before = `{"name":"A","description":"d","nodes":[`
		after  = `],"edges":[],"meta":{"team":"x"},"access_control":{},"own":{"b":1}}`
	)
	reads := 0
	count := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/v1/flows/id") {
				reads++
			}
			h.ServeHTTP(w, r)
		})
	}
	onBoth(t, count, func(t *testing.T, c *client.Client, ours bool) {
		if !ours {
			return
		}
		with := func(from, to string) string { return strings.Replace(before+node+after, from, to, 1) }
		for i, tt := range []struct {
			name, file, stored string // the stored one is as the file, if it is empty
			want               Action
			reads              int
		}{
			{"spelling", with(`100,"big":123456789012345678901234567890`, `1e2,"big":1.2345678901234567890123456789e29`), before + node + after, Unchanged, 0},
			{"a big number", with("7890}", "7891}"), before + node + after, Update, 1},
			{"a run", before + node + after, with(`"type"`, `"selected":true,"type"`), Unchanged, 0},
			{"moved", with(`"x":1`, `"x":9`), before + node + after, Update, 1},
			{"no layout in the file", with(`"position":{"x":1,"y":2},`, ""), before + node + after, Unchanged, 0},
			{"half a layout in the file", with(node, node+`,{"id":"b","type":"output"}`), with(node, node+`,{"id":"b","type":"output","position":{"x":5,"y":5}}`), Unchanged, 1},
			{"access", with(`"access_control":{}`, `"access_control":null`), before + node + after, Update, 1},
			{"access in other words", with(`"access_control":{}`, `"access_control":{"read":{"user_ids":[]}}`), before + node + after, Unchanged, 0},
			{"no access in the file", with(`"access_control":{},`, ""), with(`"access_control":{}`, `"access_control":{"read":{"user_ids":["u"]}}`), Unchanged, 0},
			{"an unknown field", with(`{"b":1}`, `{"b":2}`), before + node + after, Update, 1},
			{"meta", with(`"team"`, `"group"`), before + node + after, Update, 1},
			{"empty data for none", before + `{"id":"o","type":"output","position":{"x":1,"y":2},"data":{}}` + after, before + `{"id":"o","type":"output","position":{"x":1,"y":2}}` + after, Update, 1},
			{"no data for empty data", before + `{"id":"o","type":"output","position":{"x":1,"y":2}}` + after, before + `{"id":"o","type":"output","position":{"x":1,"y":2},"data":{}}` + after, Unchanged, 1},
		} {
			id := fmt.Sprintf("id-%d", i)
			if _, err := c.Flows.Put(t.Context(), id, specOf(t, source(t, "", "", tt.stored))); err != nil {
				t.Fatal(err)
			}
			lock, _ := lockOf(t, fmt.Sprintf(`{"file":"a.json","ids":{"prod":%q}}`+"\n", id))
			reads = 0
			p, err := NewPlan(t.Context(), c, []Source{source(t, "a.json", "", tt.file)}, lock, Options{Profile: "prod", Overwrite: true})
			if err != nil || p.Steps[0].Action != tt.want || reads != tt.reads {
				t.Errorf("%s: %s, %v, after %d reads, want %s after %d", tt.name, actions(p), err, reads, tt.want, tt.reads)
			}
		}
	})
}

// TestWrongDigests: a server that sends other digests than those of its flows has nobody's
// change overwritten, or deleted.
func TestWrongDigests(t *testing.T) {
	digests := regexp.MustCompile(`"digest":"[^"]*"`)
	wrong := "" // what lists have instead of a digest
	tamper := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if wrong == "" || r.URL.Query().Get("include") != "digest" {
				h.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			maps.Copy(w.Header(), rec.Header())
			w.Header().Del("Content-Length")
			_, _ = w.Write(digests.ReplaceAll(rec.Body.Bytes(), []byte(wrong)))
		})
	}
	onBoth(t, tamper, func(t *testing.T, c *client.Client, ours bool) {
		if !ours {
			return
		}
		lock, path := lockOf(t, "")
		file := named(t, "a.json", "A")
		noted := apply(t, c, lock, plan(t, c, lock, false, file))[0].digest
		if err := lock.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		other := noted
		other.Content = strings.Repeat("0", len(other.Content))
		for _, wrong = range []string{`"digest":"` + other.String() + `"`, `"digest":"x"`, `"digest":7`, `"no":1`} {
			if p := plan(t, c, lock, true, file); actions(p) != "unchanged a.json" {
				t.Errorf("with %s the plan is %s", wrong, actions(p))
			}
		}
		wrong = ""
		theirs := specOf(t, named(t, "", "A"))
		theirs.Description = "changed there"
		if _, err := c.Flows.Put(t.Context(), lock.ID("a.json", "prod"), theirs); err != nil {
			t.Fatal(err)
		}
		wrong = `"digest":"` + noted.String() + `"`
		apply(t, c, lock, plan(t, c, lock, true, file)) // there is nothing to do, it is told
		if p := plan(t, c, lock, true); actions(p) != "refuse a.json" {
			t.Errorf("without the file the plan is %s", actions(p))
		}
		mine := specOf(t, file)
		mine.Name = "B"
		changed := NewSource("a.json", "", mine, nil)
		for _, wrong = range []string{wrong, `"digest":"` + other.String() + `"`, ""} {
			for _, l := range []*Lock{lock, reread(t, path)} {
				if p := plan(t, c, l, true, changed); actions(p) != "refuse a.json" {
					t.Errorf("with %s the plan is %s", wrong, actions(p))
				}
			}
		}
	})
}

func reread(t *testing.T, path string) *Lock {
	t.Helper()
	l, err := ReadLock(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	return l
}
