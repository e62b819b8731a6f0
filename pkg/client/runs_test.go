package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/internal/upstreamtest"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// slowEcho echoes, but for the model "slow", which never answers.
type slowEcho struct{ engine.Echo }

// Chat implements engine.ChatModel.
func (e slowEcho) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	if req.Model == "slow" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return e.Echo.Chat(ctx, req, delta)
}

// running is a client in the process of a server that runs flows.
func running(t *testing.T) *client.Client {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir()+"/flows.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	admin, err := server.EnsureAdmin(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	s := server.New(st, server.Options{Runs: &server.Runs{Services: engine.Services{Model: slowEcho{}}}})
	t.Cleanup(s.EndRuns)
	return newClient(t, "http://local.test", client.WithTransport(s.Transport(*admin)))
}

func asking(t *testing.T, c *client.Client, model string) string {
	t.Helper()
	return create(t, c, `{"name":"x","nodes":[{"id":"in","type":"input","data":{}},{"id":"m","type":"model","data":{"modelId":"`+model+`","prompt":"{{input}}"}}],`+
		`"edges":[{"id":"1","source":"in","target":"m"}]}`).ID
}

func TestExecuteOnServer(t *testing.T) {
	c := running(t)
	id := asking(t, c, "m")
	res, err := c.Flows.Execute(t.Context(), id, json.RawMessage(`{"in":"hello"}`))
	if err != nil || res.Status != string(flow.RunSuccess) || string(res.NodeResults) != `{"in":"hello","m":"[m] hello"}` || res.ExecutionTime == nil {
		t.Fatalf("Execute: %+v, %v", res, err)
	}
	e, err := c.Executions.Get(t.Context(), id, res.ExecutionID)
	if err != nil || string(e.NodeResults) != string(res.NodeResults) || string(e.Inputs) != `{"in":"hello"}` {
		t.Errorf("Get: %+v, %v", e, err)
	}
	if _, err := c.Executions.Cancel(t.Context(), id, e.ID); !errors.Is(err, client.ErrConflict) {
		t.Errorf("Cancel of what has ended: %v", err)
	}
	if _, err := c.Flows.Execute(t.Context(), id, json.RawMessage(`{"no":"x"}`)); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("Execute with an unknown input: %v", err)
	}
	again := flow.Execution{FlowID: id, Status: flow.RunError, Meta: e.Meta}
	if kept, err := c.Executions.Create(t.Context(), again); err != nil || string(kept.Meta) != string(e.Meta) {
		t.Errorf("Create with meta: %+v, %v", kept, err)
	}
	stats, err := c.Executions.Stats(t.Context(), id)
	if err != nil || stats.Total != 2 || stats.P95 == nil || stats.Tokens == nil || len(stats.Nodes) != 2 || stats.Nodes[1].Success != 2 {
		t.Errorf("Stats: %+v, %v", stats, err)
	}
}

func TestCancel(t *testing.T) {
	c := running(t)
	id := asking(t, c, "slow")
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ended := make(chan client.ExecuteResult, 1)
	execute := func() {
		res, err := c.Flows.Execute(ctx, id, json.RawMessage(`{"in":"x"}`))
		if err != nil && ctx.Err() == nil {
			t.Error(err)
		}
		ended <- res
	}
	go execute()
	first := await(t, c, id, flow.RunRunning)
	e, err := c.Executions.Cancel(t.Context(), id, first.ID)
	if err != nil || e.Status != flow.RunAborted {
		t.Errorf("Cancel: %+v, %v", e, err)
	}
	if res := <-ended; res.Status != string(flow.RunAborted) || res.ExecutionID != e.ID {
		t.Errorf("Execute: %+v", res)
	}
	// The end of the context is the end of the run.
	go execute()
	second := await(t, c, id, flow.RunRunning)
	leave()
	<-ended
	if e := await(t, c, id, flow.RunAborted); e.ID != second.ID {
		t.Errorf("the newest is %+v", e)
	}
	up, _ := upstream(t, upstreamtest.Options{})
	if _, err := up.Executions.Cancel(t.Context(), create(t, up, twoNodes).ID, "x"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("at the real backend: %v", err)
	}
}

// await waits until the newest execution of a flow has that status.
func await(t *testing.T, c *client.Client, id string, status flow.RunStatus) flow.Execution {
	t.Helper()
	for range 3000 {
		rows, err := c.Executions.List(t.Context(), id, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > 0 && rows[0].Status == status {
			return rows[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no execution became %s", status)
	return flow.Execution{}
}
