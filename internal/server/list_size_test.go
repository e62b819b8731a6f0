package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/internal/store"
)

// plant adds n flows behind the server's back, where no limit holds.
func (f *fixture) plant(n int, flow store.Flow) {
	f.t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			made := flow
			made.UpdatedAt = int64(1 + i)
			if err := f.st.CreateFlow(context.Background(), &made); err != nil {
				f.t.Error(err)
			}
		})
	}
	all.Wait()
}

// open asks for a list as ann and leaves its body to be read.
func (f *fixture) open(query string) *http.Response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.url+"/api/v1/flows/"+query, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.ann.key)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// TestDefaultPage: a list that names no limit has a page of 1,000, and a link to the rest.
func TestDefaultPage(t *testing.T) {
	f := newFixture(t, Options{})
	f.plant(maxLimit, store.Flow{UserID: f.ann.id, Name: "x"})
	whole := f.want(200, f.ann, "GET", "/api/v1/flows/", "")
	if n := strings.Count(whole.text(), `"id"`); n != maxLimit || whole.link() != "" {
		t.Errorf("lists %d, then %q", n, whole.link())
	}
	f.plant(1, store.Flow{UserID: f.ann.id, Name: "x"})
	for _, path := range []string{"/api/v1/flows/", "/api/v1/flows", "/api/v1/flows/accessible"} {
		first := f.want(200, f.ann, "GET", path, "")
		second := f.want(200, f.ann, "GET", path+first.link(), "")
		if n, rest := strings.Count(first.text(), `"id"`), strings.Count(second.text(), `"id"`); n != maxLimit || rest != 1 || second.link() != "" {
			t.Errorf("%s lists %d and %d", path, n, rest)
		}
	}
}

// TestLargeList: a list of flows that are large is put together row by row, whatever its
// length, and is the same as one of small parts. A client that does not read it holds up
// nobody.
func TestLargeList(t *testing.T) {
	f := newFixture(t, Options{})
	const rows, size = 12, 2 << 20
	text := strings.Repeat("d", size)
	f.plant(rows, store.Flow{UserID: f.ann.id, Name: "x", Description: &text, AccessControl: []byte("{}")})
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, query := range []string{"", "?limit=10", "?include=graph"} {
		before := used()
		waits := make([]*http.Response, 8) // more than there are connections that read
		for i := range waits {
			waits[i] = f.open(query)
		}
		if r := f.want(200, f.ann, "GET", "/api/v1/auths/", ""); r.status != 200 {
			t.Errorf("others wait: %s", r.body)
		}
		if n := used() - before; int64(n) > int64(len(waits)*3*size) {
			t.Errorf("%q: %d lists hold %d MiB", query, len(waits), n>>20)
		}
		for _, resp := range waits[1:] {
			_ = resp.Body.Close()
		}
		var list []json.RawMessage
		if err := json.NewDecoder(waits[0].Body).Decode(&list); err != nil {
			t.Fatal(err)
		}
		want := rows
		if query == "?limit=10" {
			want = 10
		}
		if len(list) != want || len(list[want-1]) < size || (waits[0].Header.Get("Link") == "") != (want == rows) || waits[0].Header.Get("X-Total-Count") != fmt.Sprint(rows) {
			t.Errorf("%q lists %d, link %s, %s in all", query, len(list), waits[0].Header.Get("Link"), waits[0].Header.Get("X-Total-Count"))
		}
	}
}

// TestListBreaksOff: a list whose rest cannot be read does not look like a whole one.
func TestListBreaksOff(t *testing.T) {
	f := newFixture(t, Options{})
	text := strings.Repeat("d", 4<<20)
	f.plant(8, store.Flow{UserID: f.ann.id, Name: "x", Description: &text})
	resp := f.open("")
	if err := f.st.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err == nil {
		t.Errorf("a list that broke off after %d bytes was read to an end", len(b))
	}
}

// TestStatsOfLargeMeta: what executions say of themselves is bounded, one by one and in
// statistics of many.
func TestStatsOfLargeMeta(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	at := "/api/v1/flows/" + id + "/executions"
	meta := func(n int) string {
		return `{"status":"success","meta":{"a":"` + strings.Repeat("x", n-len(`{"a":""}`)) + `"}}`
	}
	f.want(200, f.ann, "POST", at, meta(256<<10))
	if r := f.want(422, f.ann, "POST", at, meta(256<<10+1)); !strings.Contains(r.text(), "Compact JSON should have at most 256 KiB, not 262145 bytes") {
		t.Errorf("answered %s", r.body)
	}
	for range 8 { // as an older server took them
		e := store.Execution{FlowID: id, UserID: f.ann.id, Status: "success", Meta: []byte(`{"nodes":{"n":{"status":"success"}},"a":"` + strings.Repeat("x", 4<<20) + `"}`)}
		if err := f.st.CreateExecution(t.Context(), &e, 0); err != nil {
			t.Fatal(err)
		}
	}
	if r := f.want(200, f.ann, "GET", at+"/stats", ""); r.field(t, "total_executions") != "9" || !strings.Contains(r.text(), `"success_count":3,"error_count":0,"skipped_count":0`) {
		t.Errorf("stats are %s", r.body)
	}
}
