package server

import (
	"os"
	"strings"
	"sync"
	"testing"
)

func TestIdempotencyKey(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	for i, c := range []struct{ path, body, other string }{
		{"/api/v1/flows/create", hello, `{"name":"other"}`},
		{"/api/v1/flows/import", `{"flow":{"name":"i"}}`, `{"flow":{"name":"j"}}`},
		{"/api/v1/flows/" + id + "/duplicate", `{"name":"copy"}`, ``},
		{"/api/v1/flows/" + id, `{"name":"renamed"}`, `{"name":"again"}`},
	} {
		key := strings.Repeat("k", i+1)
		first := f.want(200, f.ann, "POST", c.path, c.body, "Idempotency-Key", key)
		if first.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: the first answer is marked as a replay", c.path)
		}
		if strings.HasSuffix(c.path, id) {
			f.want(200, f.ann, "POST", c.path, `{"name":"meanwhile"}`)
		}
		if strings.HasSuffix(c.path, id) { // an update is answered with the flow as it is now
			first = f.want(200, f.ann, "GET", c.path, "")
		}
		again := f.want(200, f.ann, "POST", c.path, c.body, "Idempotency-Key", key)
		if again.text() != first.text() || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("%s answered again with\n%s\nfirst\n%s", c.path, again.body, first.body)
		}
		if again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: the replay is not marked", c.path)
		}
		r := f.want(409, f.ann, "POST", c.path, c.other, "Idempotency-Key", key)
		if r.text() != `{"detail":"This Idempotency-Key was used for another request"}` {
			t.Errorf("%s answered %s", c.path, r.body)
		}
		if c.other != "" {
			f.want(200, f.admin, "POST", c.path, c.other, "Idempotency-Key", key) // another user's key
		}
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/", ""); r.header.Get("X-Total-Count") != "4" {
		t.Errorf("there are %s flows, want 4: %s", r.header.Get("X-Total-Count"), r.body)
	}
	// A copy outlives the flow, and what was deleted is not made again.
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+id, "")
	dup := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/duplicate", `{"name":"copy"}`, "Idempotency-Key", "kkk").id(t)
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+dup, "")
	for path, body := range map[string]string{id: `{"name":"renamed"}`, id + "/duplicate": `{"name":"copy"}`} {
		r := f.want(404, f.ann, "POST", "/api/v1/flows/"+path, body, "Idempotency-Key", map[string]string{id: "kkkk", id + "/duplicate": "kkk"}[path])
		if r.text() != `{"detail":"The flow that this request made or changed has been deleted since"}` {
			t.Errorf("%s answered %s", path, r.body)
		}
	}
	// A request that failed is not remembered.
	f.want(422, f.ann, "POST", "/api/v1/flows/create", `{}`, "Idempotency-Key", "later")
	f.want(200, f.ann, "POST", "/api/v1/flows/create", `{"name":"good"}`, "Idempotency-Key", "later")
}

func TestIdempotencyKeyIsChecked(t *testing.T) {
	f := newFixture(t, Options{})
	for _, key := range []string{strings.Repeat("k", 256), "é", "a\tb"} {
		f.want(400, f.ann, "POST", "/api/v1/flows/create", hello, "Idempotency-Key", key)
	}
	f.want(400, f.ann, "POST", "/api/v1/flows/create", hello, "Idempotency-Key", "a", "Idempotency-Key", "b")
}

// TestIdempotencyKeyAtOnce: of many arrivals at the same moment one makes the flow.
func TestIdempotencyKeyAtOnce(t *testing.T) {
	f := newFixture(t, Options{})
	answers := make([]reply, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answers[i] = f.call(f.ann, "POST", "/api/v1/flows/create", hello, "Idempotency-Key", "same")
		})
	}
	wg.Wait()
	firsts := 0
	for _, r := range answers {
		if r.status != 200 || r.text() != answers[0].text() {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		if r.header.Get("Idempotency-Replayed") == "" {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d answers are not marked as replays, want 1", firsts)
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/", ""); r.header.Get("X-Total-Count") != "1" {
		t.Errorf("there are %s flows, want 1", r.header.Get("X-Total-Count"))
	}
}

// TestUpdatesAtOnce: with If-Match one of many wins, and none is lost without it.
func TestUpdatesAtOnce(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello)
	path := "/api/v1/flows/" + made.id(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 8 {
		wg.Go(func() {
			r := f.call(f.ann, "POST", path, `{"name":"n`+strings.Repeat("x", i)+`"}`, "If-Match", made.header.Get("ETag"))
			f.want(200, f.ann, "POST", path, `{"field`+strings.Repeat("x", i)+`":1}`)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.status]++
		})
	}
	wg.Wait()
	if statuses[200] > 1 || statuses[200]+statuses[412] != 8 {
		t.Errorf("statuses %v, want at most one 200 and the rest 412", statuses)
	}
	got := f.want(200, f.ann, "GET", path, "").text()
	for i := range 8 {
		if field := `"field` + strings.Repeat("x", i) + `":1`; !strings.Contains(got, field) {
			t.Errorf("%s is lost: %s", field, got)
		}
	}
}

// TestIdempotencyKeepsNoBodies: tiny requests with a key do not fill the disk with the
// answers that they get.
func TestIdempotencyKeepsNoBodies(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, `{"name":"x","nodes":[{"id":"`+strings.Repeat("n", 1<<20)+`"}]}`)
	before := fileSize(t, f.path) + fileSize(t, f.path+"-wal")
	for i := range 3 {
		key := strings.Repeat("k", i+1)
		f.want(200, f.ann, "POST", "/api/v1/flows/"+id, `{"k":`+strings.Repeat("1", i+1)+`}`, "Idempotency-Key", key, "Prefer", "return=minimal")
	}
	if n, err := f.st.Usage(t.Context(), f.ann.id); err != nil || n.Flows != 1 {
		t.Errorf("ann has %+v, %v", n, err)
	}
	if grown := fileSize(t, f.path) + fileSize(t, f.path+"-wal") - before; grown > 5<<20 {
		t.Errorf("the files have grown by %d bytes", grown)
	}
	record, err := f.st.Idempotent(t.Context(), f.ann.id, "k")
	if err != nil || record.Made != id {
		t.Errorf("remembered %+v, %v", record, err)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
