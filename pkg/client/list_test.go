package client_test

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestList(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		for _, name := range []string{"alpha", "Beta", "alphabet"} {
			create(t, c, fmt.Sprintf(`{"name":%q,"nodes":[{"id":"n"}],"edges":[]}`, name))
		}
		for _, test := range []struct {
			opts  client.ListOptions
			count int
		}{
			{client.ListOptions{}, 3},
			{client.ListOptions{Search: "ALPHA"}, 2},
			{client.ListOptions{Search: "none"}, 0},
			{client.ListOptions{Limit: 2}, 2},
			{client.ListOptions{Limit: 9}, 3},
			{client.ListOptions{Search: "alpha", Limit: 1}, 1},
			{client.ListOptions{AllUsers: true}, 3},
			{client.ListOptions{Access: client.AccessRead}, 3},
			{client.ListOptions{Graph: true}, 3},
		} {
			flows, err := c.Flows.List(t.Context(), test.opts)
			if err != nil || len(flows) != test.count || flows == nil {
				t.Errorf("%+v: %d flows, want %d; %v", test.opts, len(flows), test.count, err)
			}
			for _, f := range flows {
				if f.ID == "" || f.CreatedAt == 0 || (len(f.Nodes) == 1) != test.opts.Graph {
					t.Errorf("%+v: %s", test.opts, f.AppendJSON(nil))
				}
			}
		}
	})
}

// On the real backend everybody's flows are those that the caller may read.
func TestAllUsersOfTheRealBackend(t *testing.T) {
	b := clienttest.New(clienttest.Options{Users: []clienttest.User{
		{ID: "root", Role: "admin", Token: "root-token"}, {ID: "ann", Role: "user", Token: "ann-token"},
	}})
	url := serve(t, b)
	root, ann := newClient(t, url, client.WithToken("root-token")), newClient(t, url, client.WithToken("ann-token"))
	create(t, ann, `{"name":"private","nodes":[],"edges":[]}`)
	create(t, ann, `{"name":"public","nodes":[],"edges":[],"access_control":null}`)
	create(t, root, `{"name":"mine","nodes":[],"edges":[]}`)
	for want, opts := range map[string]client.ListOptions{"mine": {}, "mine,public": {AllUsers: true}} {
		flows, err := root.Flows.List(t.Context(), opts)
		if err != nil || names(flows) != want {
			t.Errorf("%+v: %s, want %s; %v", opts, names(flows), want, err)
		}
	}
}

// paged is a server of our kind with so many flows; it notes the queries.
type paged struct {
	total int
	link  func(next string) string

	mu      sync.Mutex
	queries []url.Values
}

func (p *paged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	p.queries = append(p.queries, q)
	p.mu.Unlock()
	limit, _ := strconv.Atoi(q.Get("limit"))
	start, _ := strconv.Atoi(q.Get("cursor"))
	end := min(start+limit, p.total)
	w.Header().Set("Flowctl-Api", "1")
	w.Header().Set("Content-Type", "application/json")
	if end < p.total {
		w.Header().Set("Link", `<https://elsewhere.invalid/first?cursor=0>; rel="first", `+p.link(strconv.Itoa(end)))
	}
	fmt.Fprint(w, "[")
	for i := start; i < end; i++ {
		if i > start {
			fmt.Fprint(w, ",")
		}
		fmt.Fprintf(w, `{"id":"id-%d","name":"flow %d"}`, i, i)
	}
	fmt.Fprint(w, "]")
}

func TestPages(t *testing.T) {
	for name, link := range map[string]string{
		"query alone":  `<?cursor=%s&limit=1000>; rel="next"`,
		"absolute":     `<https://elsewhere.invalid/api/v1/flows/?cursor=%s>; rel=next`,
		"more of them": `<?cursor=%s>; title="x"; rel="next"`,
	} {
		t.Run(name, func(t *testing.T) {
			p := &paged{total: 2500, link: func(next string) string { return fmt.Sprintf(link, next) }}
			c := newClient(t, serve(t, p))
			for _, test := range []struct{ limit, want, pages int }{{0, 2500, 3}, {1, 1, 1}, {1000, 1000, 1}, {1001, 1001, 2}, {9999, 2500, 3}} {
				p.queries = nil
				flows, err := c.Flows.List(t.Context(), client.ListOptions{Limit: test.limit, Search: "a b&c"})
				if err != nil || len(flows) != test.want || len(p.queries) != test.pages {
					t.Errorf("limit %d: %d flows in %d pages, %v", test.limit, len(flows), len(p.queries), err)
					continue
				}
				for i, f := range flows {
					if f.ID != fmt.Sprintf("id-%d", i) {
						t.Fatalf("flow %d is %s", i, f.ID)
					}
				}
				if q := p.queries[len(p.queries)-1]; q.Get("q") != "a b&c" {
					t.Errorf("last query: %v", q)
				}
			}
		})
	}
}

func TestPagesThatNeverEnd(t *testing.T) {
	p := &paged{total: 5000, link: func(string) string { return `<?cursor=7>; rel="next"` }}
	c := newClient(t, serve(t, p))
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err == nil || len(p.queries) != 2 {
		t.Errorf("%d pages, %v", len(p.queries), err)
	}
}

// endless sends a list without an end, as the real backend does: in one piece.
func endless(stopped chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		defer close(stopped)
		w.Header().Set("Content-Type", "application/json")
		node := `{"id":"n","data":"` + strings.Repeat("x", 5000) + `"}`
		for i := 0; ; i++ {
			sep := ","
			if i == 0 {
				sep = "["
			}
			if _, err := fmt.Fprintf(w, `%s{"id":"%d","name":"n","nodes":[%s],"edges":[]}`, sep, i, node); err != nil {
				return
			}
		}
	}
}

// Stopping early closes the answer, and no more than an element is held.
func TestAllStreams(t *testing.T) {
	for _, opts := range []client.ListOptions{{Graph: true}, {Graph: true, Limit: 5_000}, {Search: "n"}} {
		stopped := make(chan struct{})
		c := newClient(t, serve(t, endless(stopped)))
		var before, after runtime.MemStats
		n := 0
		for f, err := range c.Flows.All(t.Context(), opts) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 {
				runtime.GC()
				runtime.ReadMemStats(&before)
			}
			if n == 5_000 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				if f.ID != "4999" {
					t.Errorf("flow %s", f.ID)
				}
				break
			}
		}
		select {
		case <-stopped:
		case <-time.After(10 * time.Second):
			t.Fatal("the answer is still open")
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); n != 5_000 || grown > 4<<20 {
			t.Errorf("%+v: after %d flows of 5 KB the heap has grown by %d KB", opts, n, grown>>10)
		}
	}
}

// The first flow is there while the rest is still on its way, and Limit does not
// wait for more.
func TestAllDoesNotWaitForTheEnd(t *testing.T) {
	release := make(chan struct{})
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `[{"id":"1","name":"n"} , {"id":"2","name":"n"}`)
		_ = http.NewResponseController(w).Flush()
		<-release
	})))
	defer close(release)
	flows, err := c.Flows.List(t.Context(), client.ListOptions{Limit: 2})
	if err != nil || len(flows) != 2 {
		t.Errorf("%d flows, %v", len(flows), err)
	}
}

// What stands in a list comes out byte for byte.
func TestListKeepsBytes(t *testing.T) {
	row := `{"id":"1","name":"\u006e","zz":[1.0,1e400,12345678901234567890,"\ud800","<&>"],"nodes":[{"id":"a","x":-0.0}],"edges":[]}`
	c := newClient(t, serve(t, reply(200, "application/json", "[ "+row+"\n, "+row+" ]\n")))
	flows, err := c.Flows.List(t.Context(), client.ListOptions{Graph: true})
	if err != nil || len(flows) != 2 || string(flows[0].AppendJSON(nil)) != row || string(flows[1].AppendJSON(nil)) != row {
		t.Errorf("got %s, %v", mustAppend(flows), err)
	}
	short := strings.Replace(row, `,"nodes":[{"id":"a","x":-0.0}],"edges":[]`, "", 1)
	if flows, err = c.Flows.List(t.Context(), client.ListOptions{}); err != nil || string(flows[0].AppendJSON(nil)) != short {
		t.Errorf("got %s, %v", mustAppend(flows), err)
	}
}

func mustAppend(flows []flow.Flow) (text []byte) {
	for _, f := range flows {
		text = append(f.AppendJSON(text), '\n')
	}
	return text
}

func TestBrokenLists(t *testing.T) {
	for body, want := range map[string]string{
		`[{"id":"1"},`:          "the answer broke off: unexpected EOF ",
		`[{"id":"1"}`:           "the answer broke off: ",
		`[{"id":"1"}]]`:         "the answer broke off: ",
		`[{"id":"1"}] [2]`:      "something follows the list",
		`[{"id":"1"} {}]`:       "the answer broke off: ",
		`[{"id":"1"},5]`:        "not a flow but 5",
		`[{"id":"1"},{}]`:       "not a flow but {}",
		`[{"id":"1","id":"2"}]`: "not a flow but",
		`5`:                     "not a list but 5",
		`nonsense`:              "breaks off or is damaged",
	} {
		c := newClient(t, serve(t, reply(200, "application/json", body)))
		flows, err := c.Flows.List(t.Context(), client.ListOptions{})
		if err == nil || flows != nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "list flows: unusable answer (200): ") {
			t.Errorf("%s: %d flows, %v", body, len(flows), err)
		}
	}
}

// A connection serves one list after the other.
func TestConnectionsAreUsedAgain(t *testing.T) {
	c, addrs := countConnections(t)
	for range 10 {
		for _, opts := range []client.ListOptions{{}, {Limit: 1}, {Graph: true}} {
			if _, err := c.Flows.List(t.Context(), opts); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = c.Flows.Get(t.Context(), "missing")
	}
	if n := addrs(); n != 1 {
		t.Errorf("40 calls took %d connections", n)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := addrs(); n > 24 {
		t.Errorf("16 parallel callers took %d connections", n)
	}
}

func countConnections(t *testing.T) (*client.Client, func() int) {
	var mu sync.Mutex
	seen := map[string]bool{}
	c, _ := ourServer(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			seen[r.RemoteAddr] = true
			mu.Unlock()
			next.ServeHTTP(w, r)
		})
	})
	create(t, c, twoNodes)
	create(t, c, twoNodes)
	return c, func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(seen)
	}
}
