package server

import (
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/internal/store"
)

// TestQuotaFlows: a user has as many flows as the quota says, however they are made, and
// one more once one has gone; admins have any number.
func TestQuotaFlows(t *testing.T) {
	f := newFixture(t, Options{Quotas: Quotas{Flows: 3}})
	const want = `{"detail":"One user has at most 3 flows on this server: delete some, or ask who runs it for more"}`
	id := f.create(f.ann, hello)
	f.want(200, f.ann, "POST", "/api/v1/flows/import", `{"flow":{"name":"i"}}`)
	f.want(200, f.ann, "PUT", "/api/v1/flows/third", hello)
	for _, c := range [][3]string{
		{"POST", "/create", hello}, {"POST", "/import", `{"flow":{"name":"i"}}`}, {"POST", "/" + id + "/duplicate", ""}, {"PUT", "/fourth", hello},
	} {
		if r := f.want(403, f.ann, c[0], "/api/v1/flows"+c[1], c[2]); r.text() != want {
			t.Errorf("%s answered %s", c[1], r.body)
		}
	}
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id, `{"name":"longer than before"}`)
	f.want(200, f.ann, "PUT", "/api/v1/flows/third", `{"name":"other"}`)
	f.want(200, f.ben, "POST", "/api/v1/flows/create", hello)
	for range 4 {
		f.want(200, f.admin, "POST", "/api/v1/flows/create", hello)
	}
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+id, "")
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 6 {
		all.Go(func() {
			r := f.call(f.ann, "POST", "/api/v1/flows/create", hello)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.status]++
		})
	}
	all.Wait()
	if statuses[200] != 1 || statuses[403] != 5 {
		t.Errorf("of six at once %v", statuses)
	}
}

// TestQuotaBytes: flows, what is kept of their earlier versions, and the records of runs count.
func TestQuotaBytes(t *testing.T) {
	f := newFixture(t, Options{Quotas: Quotas{Bytes: 10_000}})
	const empty = len(`x{}[][]{}`)
	body := func(n int) string {
		return `{"name":"x","nodes":[{"a":"` + strings.Repeat("x", n-empty-len(`{"a":""}`)) + `"}]}`
	}
	f.want(403, f.ann, "POST", "/api/v1/flows/create", body(10_001))
	id := f.create(f.ann, body(10_000))
	f.want(403, f.ann, "POST", "/api/v1/flows/create", `{"name":"x"}`)
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id, body(9000))
	f.want(403, f.ann, "POST", "/api/v1/flows/"+id, body(10_001))
	f.want(403, f.ann, "PUT", "/api/v1/flows/"+id, body(10_001))
	at := "/api/v1/flows/" + id + "/executions"
	record := func(n int) string {
		return `{"status":"success","outputs":{"a":"` + strings.Repeat("x", n-len(`{}{"a":""}`)) + `"}}`
	}
	if r := f.want(403, f.ann, "POST", at, record(1001)); !strings.Contains(r.text(), "10000 bytes of flows and executions") {
		t.Errorf("answered %s", r.body)
	}
	f.want(200, f.ann, "POST", at, record(900))
	f.want(403, f.ann, "POST", "/api/v1/flows/"+id, body(9101))
	f.want(200, f.ann, "DELETE", at, "")
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id, body(9900))
	usage, err := f.st.Usage(t.Context(), f.ann.id)
	if err != nil || usage.Bytes <= 9900 || usage.Bytes > 10_000 || usage.Flows != 1 {
		t.Errorf("ann has %+v, %v", usage, err)
	}
}

// TestLeaveOut: of a large record what the nodes did goes first, and it says so.
func TestLeaveOut(t *testing.T) {
	e := store.Execution{Meta: []byte(`{"tokens":1}`), Inputs: []byte(`{"i":1}`), Outputs: []byte(`{"o":1}`), NodeResults: []byte(`{"n":1}`), Errors: []byte(`{"e":1}`)}
	size := e.Size()
	for _, c := range []struct {
		most                                       int
		meta, inputs, outputs, nodeResults, errors string
	}{
		{size, `{"tokens":1}`, `{"i":1}`, `{"o":1}`, `{"n":1}`, `{"e":1}`},
		{size - 1, `{"left_out":["node_results"],"tokens":1}`, `{"i":1}`, `{"o":1}`, ``, `{"e":1}`},
		{size - 8, `{"left_out":["node_results","inputs"],"tokens":1}`, ``, `{"o":1}`, ``, `{"e":1}`},
		{size - 15, `{"left_out":["node_results","inputs","outputs"],"tokens":1}`, ``, ``, ``, `{"e":1}`},
		{0, `{"left_out":["node_results","inputs","outputs","errors","meta"]}`, ``, ``, ``, ``},
	} {
		got := leaveOut(e, c.most)
		if string(got.Meta) != c.meta || string(got.Inputs) != c.inputs || string(got.Outputs) != c.outputs || string(got.NodeResults) != c.nodeResults || string(got.Errors) != c.errors {
			t.Errorf("with %d: %s %s %s %s %s", c.most, got.Meta, got.Inputs, got.Outputs, got.NodeResults, got.Errors)
		}
	}
}
