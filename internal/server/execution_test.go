package server

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

const execution = `{"flow_id":%q,"status":"error","inputs":{"a": 1.0},"outputs":null,"node_results":{"b":{"\u0000":1152921504606846976}},` +
	`"errors":{"c":"no"},"execution_time":12,"meta":{"nodes":{"b":{"status":"success","time":5,"tokens":{"prompt":1,"completion":2,"total":3}},` +
	`"c":{"status":"error"}},"tokens":{"prompt":1,"completion":2,"total":3}},"user_id":"somebody","unknown":1}`

// link returns the query of the next page, "" if there is none.
func (r reply) link() string {
	address, _, _ := strings.Cut(strings.TrimPrefix(r.header.Get("Link"), "<"), ">")
	if u, err := url.Parse(address); err == nil && u.IsAbs() && u.Host != "" {
		return "?" + u.RawQuery
	}
	return address
}

func TestExecutions(t *testing.T) {
	f := newFixture(t, Options{KeepExecutions: 100})
	id := f.create(f.ann, hello)
	at := "/api/v1/flows/" + id + "/executions"
	made := f.want(200, f.ann, "POST", at, fmt.Sprintf(execution, id))
	for field, want := range map[string]string{
		"flow_id": fmt.Sprintf("%q", id), "user_id": fmt.Sprintf("%q", f.ann.id), "status": `"error"`, "inputs": `{"a":1.0}`, "outputs": "null",
		"node_results": `{"b":{"\u0000":1152921504606846976}}`, "errors": `{"c":"no"}`, "execution_time": "12",
	} {
		if got := made.field(t, field); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if got := f.want(200, f.ann, "GET", at+"/"+made.id(t), ""); got.text() != made.text() {
		t.Errorf("got %s, want %s", got.body, made.body)
	}
	least := f.want(200, f.ann, "POST", at, `{"status":"success"}`)
	if least.field(t, "execution_time") != "null" || least.field(t, "meta") != "{}" {
		t.Errorf("the least is %s", least.body)
	}
	stats := f.want(200, f.ann, "GET", at+"/stats", "").text()
	last := `"last_execution_at":` + least.field(t, "created_at")
	if want := `{"total_executions":2,"success_count":1,"error_count":1,"aborted_count":0,"avg_execution_time":12.0,` + last +
		`,"p50_execution_time":12,"p95_execution_time":12,"tokens":{"prompt":1,"completion":2,"total":3},"nodes":[` +
		`{"id":"b","success_count":1,"error_count":0,"skipped_count":0,"p50_time":5,"p95_time":5,"tokens":{"prompt":1,"completion":2,"total":3}},` +
		`{"id":"c","success_count":0,"error_count":1,"skipped_count":0,"p50_time":null,"p95_time":null,"tokens":{"prompt":0,"completion":0,"total":0}}]}`; stats != want {
		t.Errorf("stats are %s, want %s", stats, want)
	}
	for body, want := range map[string]string{
		`{}`:                                      `"loc":["body","status"]`,
		`{"status":"running"}`:                    `"type":"literal_error"`,
		`{"status":1}`:                            `"type":"string_type"`,
		`{"status":"error","inputs":[]}`:          `"loc":["body","inputs"]`,
		`{"status":"error","flow_id":"x"}`:        `"loc":["body","flow_id"]`,
		`{"status":"error","meta":"x"}`:           `"loc":["body","meta"]`,
		`{"status":"error","execution_time":-1}`:  `"type":"greater_than_equal"`,
		`{"status":"error","execution_time":1.5}`: `"type":"int_type"`,
	} {
		if r := f.want(422, f.ann, "POST", at, body); !strings.Contains(r.text(), want) {
			t.Errorf("%s answered %s, want %s", body, r.body, want)
		}
	}
	for range 110 {
		f.want(200, f.ann, "POST", at, `{"status":"success"}`)
	}
	first, second := f.want(200, f.ann, "GET", at, ""), f.want(200, f.ann, "GET", at+"?page=2", "")
	if strings.Count(first.text(), `"id"`) != 60 || strings.Count(second.text(), `"id"`) != 40 || first.link() == "" || second.link() != "" {
		t.Errorf("pages of %d (%s) and %d (%s), want the newest 100", strings.Count(first.text(), `"id"`), first.link(), strings.Count(second.text(), `"id"`), second.link())
	}
	if r := f.want(200, f.ann, "GET", at+f.want(200, f.ann, "GET", at+"?page=1", "").link(), ""); r.text() != second.text() {
		t.Errorf("the second page by its link is %.200s", r.body)
	}
	seen := 0
	for query := "?limit=33"; query != ""; {
		r := f.want(200, f.ann, "GET", at+query, "")
		seen, query = seen+strings.Count(r.text(), `"id"`), r.link()
	}
	if seen != 100 {
		t.Errorf("pages of 33 have %d", seen)
	}
	for _, query := range []string{"page=0", "page=x", "page=1&limit=2", "limit=0", "limit=1001", "cursor=?"} {
		f.want(422, f.ann, "GET", at+"?"+query, "")
	}
	f.want(404, f.ann, "GET", at+"/"+made.id(t), "") // too old by now
}

// TestExecutionRights: readers see their own, owners and admins all.
func TestExecutionRights(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, `{"name":"x","access_control":{"read":{"user_ids":["`+f.ben.id+`"]}}}`)
	at := "/api/v1/flows/" + id + "/executions"
	ofAnn := f.want(200, f.ann, "POST", at, `{"status":"success"}`).id(t)
	ofBen := f.want(200, f.ben, "POST", at, `{"status":"error","user_id":"`+f.ann.id+`"}`).id(t)
	for _, who := range []caller{f.ann, f.admin} {
		if r := f.want(200, who, "GET", at, ""); strings.Count(r.text(), `"id"`) != 2 {
			t.Errorf("the owner sees %s", r.body)
		}
		f.want(200, who, "GET", at+"/"+ofBen, "")
	}
	if r := f.want(200, f.ben, "GET", at, ""); strings.Count(r.text(), `"id"`) != 1 || !strings.Contains(r.text(), ofBen) {
		t.Errorf("a reader sees %s", r.body)
	}
	if r := f.want(200, f.ben, "GET", at+"/stats", ""); r.field(t, "total_executions") != "1" {
		t.Errorf("a reader's stats are %s", r.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		f.want(404, f.ben, method, at+"/"+ofAnn, "")
	}
	f.want(404, f.ben, "POST", at+"/"+ofAnn+"/cancel", "")
	f.want(409, f.ben, "POST", at+"/"+ofBen+"/cancel", "")
	f.want(200, f.ben, "DELETE", at, "")
	if r := f.want(200, f.ann, "GET", at, ""); strings.Count(r.text(), `"id"`) != 1 || !strings.Contains(r.text(), ofAnn) {
		t.Errorf("a reader's deletion left %s", r.body)
	}
	f.want(200, f.ann, "DELETE", at+"/"+ofAnn, "")
	f.want(404, f.ann, "DELETE", at+"/"+ofAnn, "")
	private := "/api/v1/flows/" + f.create(f.ann, hello) + "/executions"
	for _, path := range []string{"", "/stats", "/x"} {
		f.want(403, f.ben, "GET", private+path, "")
	}
	f.want(403, f.ben, "POST", private, `{"status":"success"}`)
	f.want(403, f.ben, "DELETE", private, "")
	f.want(401, caller{}, "GET", private, "")
	f.want(404, f.ann, "GET", "/api/v1/flows/none/executions", "")
}

// TestRestart: what an earlier server left running is aborted.
func TestRestart(t *testing.T) {
	f, _ := running(t, 1)
	id := f.create(f.ann, hello)
	for _, status := range []flow.RunStatus{flow.RunRunning, flow.RunPending, flow.RunSuccess} {
		e := store.Execution{ID: string(status), FlowID: id, UserID: f.ann.id, Status: status}
		if err := f.st.CreateExecution(t.Context(), &e, 0); err != nil {
			t.Fatal(err)
		}
	}
	at := "/api/v1/flows/" + id + "/executions/"
	f.want(409, f.ann, "DELETE", at+"running", "")
	serveOnce(t, f.srv)
	for execution, want := range map[string]string{"running": `"aborted"`, "pending": `"aborted"`, "success": `"success"`} {
		if r := f.want(200, f.ann, "GET", at+url.PathEscape(execution), ""); r.field(t, "status") != want {
			t.Errorf("%s is %s after the restart", execution, r.field(t, "status"))
		}
	}
}
