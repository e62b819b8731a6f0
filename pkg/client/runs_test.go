package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
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
	res, err := c.Flows.Execute(t.Context(), id, client.ExecuteRequest{Inputs: json.RawMessage(`{"in":"hello"}`)})
	if err != nil || res.Status != flow.RunSuccess || string(res.NodeResults) != `{"in":"hello","m":"[m] hello"}` || res.ExecutionTime == nil {
		t.Fatalf("Execute: %+v, %v", res, err)
	}
	e, err := c.Executions.Get(t.Context(), id, res.ID)
	if err != nil || !reflect.DeepEqual(e, res) || string(e.Inputs) != `{"in":"hello"}` {
		t.Errorf("Get: %+v, %v", e, err)
	}
	if _, err := c.Executions.Cancel(t.Context(), id, e.ID); !errors.Is(err, client.ErrConflict) {
		t.Errorf("Cancel of what has ended: %v", err)
	}
	if _, err := c.Flows.Execute(t.Context(), id, client.ExecuteRequest{Inputs: json.RawMessage(`{"no":"x"}`)}); !errors.Is(err, client.ErrInvalid) {
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
	ended := make(chan flow.Execution, 1)
	execute := func() {
		res, err := c.Flows.Execute(ctx, id, client.ExecuteRequest{Inputs: json.RawMessage(`{"in":"x"}`)})
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
	if res := <-ended; res.Status != flow.RunAborted || res.ID != e.ID {
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
	up, _ := upstream(t, clienttest.Options{})
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

// stream collects the events of a run.
func stream(ctx context.Context, c *client.Client, id string, req client.ExecuteRequest) (events []client.RunEvent, err error) {
	for e, err := range c.Flows.ExecuteStream(ctx, id, req) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

func types(events []client.RunEvent) string {
	var list []string
	for _, e := range events {
		list = append(list, string(e.Type))
	}
	return strings.Join(list, " ")
}

func TestExecuteStream(t *testing.T) {
	c := running(t)
	id := asking(t, c, "m")
	events, err := stream(t.Context(), c, id, client.ExecuteRequest{Inputs: json.RawMessage(`{"in":"<hello>"}`)})
	const want = "execution run.started node.started node.finished node.started node.delta node.delta node.finished run.finished result"
	if got := types(events); err != nil || got != want {
		t.Fatalf("events are %s, %v; want %s", got, err, want)
	}
	first, last := events[0].Execution, events[len(events)-1].Execution
	if first.ID == "" || first.Status != flow.RunRunning || last.ID != first.ID ||
		last.Status != flow.RunSuccess || string(last.NodeResults) != `{"in":"<hello>","m":"[m] <hello>"}` {
		t.Errorf("began %+v, ended %+v", first, last)
	}
	if data := string(events[3].Data); !strings.Contains(data, `"type":"node.finished"`) || !strings.Contains(data, `"result":"<hello>"`) || events[3].Execution != nil || events[3].Node != "in" {
		t.Errorf("an event is %s", data)
	}
	if _, err := stream(t.Context(), c, id, client.ExecuteRequest{Inputs: json.RawMessage(`{"no":"x"}`)}); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("with an unknown input: %v", err)
	}
	if _, err := stream(t.Context(), c, "none", client.ExecuteRequest{}); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("of no flow: %v", err)
	}
	for _, req := range []client.ExecuteRequest{
		{MaxTokens: 1},
		{MaxTime: time.Nanosecond, Engine: "standard"},
	} {
		req.Inputs = json.RawMessage(`{"in":"one two three"}`)
		if res, err := c.Flows.Execute(t.Context(), asking(t, c, "slow"), req); err != nil || res.Status != flow.RunError || !strings.Contains(string(res.Errors), "limit of 1") {
			t.Errorf("%+v: %+v, %v", req, res, err)
		}
	}
}

func TestExecuteStreamDelegated(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		id := asking(t, c, "m")
		if events, err := stream(t.Context(), c, id, client.ExecuteRequest{}); !errors.Is(err, client.ErrDelegated) || len(events) != 0 {
			t.Errorf("events are %+v, %v", events, err)
		}
	})
}

// TestExecuteStreamLeft: the run ends with who listens to it.
func TestExecuteStreamLeft(t *testing.T) {
	c := running(t)
	id, req := asking(t, c, "slow"), client.ExecuteRequest{Inputs: json.RawMessage(`{"in":"x"}`)}
	for e, err := range c.Flows.ExecuteStream(t.Context(), id, req) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == "node.started" {
			break
		}
	}
	await(t, c, id, flow.RunAborted)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for e, err := range c.Flows.ExecuteStream(ctx, id, req) {
		if e.Type == client.EventExecution {
			leave()
		} else if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("left: %v", err)
		}
	}
	await(t, c, id, flow.RunAborted)
}

// TestExecuteStreamBreaks: whatever comes instead of events, or ends them, is an
// error that says where to look.
func TestExecuteStreamBreaks(t *testing.T) {
	const begun = "event: execution\r\ndata: {\"id\":\"x1\",\"status\":\"running\"}\r\n\r\n: beat\n\nevent: node.started\ndata: {\"type\":\ndata: \"node.started\"}\n\n"
	for name, c := range map[string]struct {
		kind, body, want string
		events           int
	}{
		"ends early":       {"text/event-stream", begun, "broke off: unexpected EOF; the run ends with the connection; see what is kept of it as execution x1", 2},
		"half an event":    {"text/event-stream", begun + "event: result\ndata: {", "see what is kept of it as execution x1", 2},
		"nothing":          {"text/event-stream", "", "look at the executions of the flow before you try again", 0},
		"an event is junk": {"text/event-stream; charset=utf-8", "event: node.started\ndata: {no\n\n", "unusable answer", 0},
		"a result is junk": {"text/event-stream", "event: result\ndata: []\n\n", "unusable answer", 0},
		"a page":           {"text/html", "<html><title>Log in</title></html>", "not a flows server", 0},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newClient(t, serve(t, reply(200, c.kind, c.body)))
			events, err := stream(t.Context(), cl, "x", client.ExecuteRequest{})
			if err == nil || !strings.Contains(err.Error(), c.want) || len(events) != c.events {
				t.Errorf("%d events, then %v", len(events), err)
			}
		})
	}
}

// TestExecuteStreamIsPatient: a stream may be silent for longer than an answer.
func TestExecuteStreamIsPatient(t *testing.T) {
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		time.Sleep(100 * time.Millisecond)
		_, _ = w.Write([]byte("event: result\ndata: {\"id\":\"x\",\"status\":\"success\"}\n\n"))
	})), client.WithTimeout(20*time.Millisecond))
	if events, err := stream(t.Context(), c, "x", client.ExecuteRequest{}); err != nil || types(events) != string(client.EventResult) {
		t.Errorf("events are %+v, %v", events, err)
	}
}

// TestUnderWay: what goes on at our server; the real backend runs nothing.
func TestUnderWay(t *testing.T) {
	c := running(t)
	if list, err := c.Executions.UnderWay(t.Context()); len(list) != 0 || err != nil {
		t.Errorf("before any run: %v, %v", list, err)
	}
	id := asking(t, c, "slow")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Flows.Execute(ctx, id, client.ExecuteRequest{Inputs: json.RawMessage(`{"in":"hello"}`)})
	}()
	await(t, c, id, flow.RunRunning)
	list, err := c.Executions.UnderWay(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("while it runs: %v, %v", list, err)
	}
	if u := list[0]; len(list) != 1 || u.FlowID != id || u.FlowName != "x" || u.UserEmail == "" || u.Status.Ended() {
		t.Errorf("there are %+v", list)
	}
	cancel()
	<-done
	up, _ := upstream(t, clienttest.Options{})
	if _, err := up.Executions.UnderWay(t.Context()); !errors.Is(err, client.ErrUnsupported) {
		t.Errorf("the real backend: %v", err)
	}
}
