package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestExecutions(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	ctx := t.Context()
	f := create(t, c, twoNodes)
	var last flow.Execution
	for i := range 130 {
		ms := int64(i)
		made, err := c.Executions.Create(ctx, flow.Execution{
			FlowID: f.ID, Status: flow.RunSuccess, ExecutionTime: &ms,
			Inputs: json.RawMessage(`{"a": "<&>", "n":1.0}`), Outputs: json.RawMessage(`{}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		last = made
	}
	got, err := c.Executions.Get(ctx, f.ID, last.ID)
	if err != nil || got.FlowID != f.ID || string(got.NodeResults) != "null" || *got.ExecutionTime != 129 {
		t.Errorf("got %+v, %v", got, err)
	}
	for limit, want := range map[int]int{0: 130, 1: 1, 60: 60, 61: 61, 500: 130} {
		rows, err := c.Executions.List(ctx, f.ID, limit)
		if err != nil || len(rows) != want || rows[0].ID != last.ID {
			t.Errorf("limit %d: %d rows, %v", limit, len(rows), err)
		}
	}
	stats, err := c.Executions.Stats(ctx, f.ID)
	if err != nil || stats.Total != 130 || stats.Success != 130 || *stats.AverageTime != 64.5 || stats.LastExecution == nil {
		t.Errorf("stats: %+v, %v", stats, err)
	}
	b.Fail(clienttest.Fault{Method: "DELETE", After: true, Drop: true})
	if err := c.Executions.Delete(ctx, f.ID, last.ID); err != nil {
		t.Errorf("Delete whose first answer was lost: %v", err)
	}
	for _, id := range []string{last.ID, "", "..", "stats", "a/b"} {
		if err := c.Executions.Delete(ctx, f.ID, id); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("Delete(%q): %v", id, err)
		}
	}
	if err := c.Executions.DeleteAll(ctx, f.ID); err != nil {
		t.Error(err)
	}
	if rows, err := c.Executions.List(ctx, f.ID, 0); err != nil || len(rows) != 0 || rows == nil {
		t.Errorf("after DeleteAll: %d rows, %v", len(rows), err)
	}
	if _, err := c.Executions.List(ctx, "missing", 0); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("of no flow: %v", err)
	}
	if stats, err = c.Executions.Stats(ctx, f.ID); err != nil || stats.Total != 0 || stats.LastExecution != nil {
		t.Errorf("stats of none: %+v, %v", stats, err)
	}
}

// The record of a run is sent once: there is no telling it from another one.
func TestExecutionIsRecordedOnce(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	f := create(t, c, twoNodes)
	b.Fail(clienttest.Fault{Method: "POST", Path: "/executions", After: true, Drop: true})
	if _, err := c.Executions.Create(t.Context(), flow.Execution{FlowID: f.ID, Status: flow.RunError}); err == nil {
		t.Error("no error")
	}
	if rows, err := c.Executions.List(t.Context(), f.ID, 0); err != nil || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// A run that is recorded while the pages are read moves rows to the next page;
// and a server that knows no pages gives the same one for ever.
func TestExecutionPagesThatMove(t *testing.T) {
	rows := func(from, to int) string {
		text := "["
		for i := from; i < to; i++ {
			text += fmt.Sprintf(`{"id":"e%d","status":"success"},`, i)
		}
		return text[:len(text)-1] + "]"
	}
	for name, test := range map[string]struct {
		pages []string
		want  int
	}{
		"moved":    {[]string{rows(0, 60), rows(58, 118), rows(118, 120)}, 120},
		"no pages": {[]string{rows(0, 60), rows(0, 60), rows(0, 60)}, 60},
	} {
		n := 0
		c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			reply(200, "application/json", test.pages[n-1])(w, r)
		})))
		got, err := c.Executions.List(t.Context(), "f", 0)
		if err != nil || len(got) != test.want {
			t.Errorf("%s: %d rows, want %d; %v", name, len(got), test.want, err)
		}
	}
}

// What is known of the nodes of a run goes along.
func TestExecutionMeta(t *testing.T) {
	var sent []string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = append(sent, string(body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"e","flow_id":"f"}`)
	}))
	defer web.Close()
	c, err := client.New(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, meta := range []string{"", `{"nodes":{"n":{"time":1.0}}}`} {
		e := flow.Execution{FlowID: "f", Status: flow.RunSuccess}
		if meta != "" {
			e.Meta = []byte(meta)
		}
		if _, err := c.Executions.Create(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if last := sent[len(sent)-1]; strings.Contains(last, `"meta"`) != (meta != "") || !strings.Contains(last, meta) {
			t.Errorf("with the meta %q the request is %s", meta, last)
		}
	}
}
