package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
)

const asks = `{"name":"asks","nodes":[{"id":"in","type":"input","data":{"value":"hello"}},` +
	`{"id":"m","type":"model","data":{"modelId":"%s","prompt":"{{input}}"}},{"id":"out","type":"output","data":{}}],` +
	`"edges":[{"id":"1","source":"in","target":"m"},{"id":"2","source":"m","target":"out"}]}`

// gate is a model that answers when it is let.
type gate struct {
	asked  chan string // what it is asked, for the caller that watches
	let    chan struct{}
	inside atomic.Int32
}

func newGate() *gate { return &gate{asked: make(chan string, 1000), let: make(chan struct{})} }

// Chat implements engine.ChatModel. The model "echo" answers at once.
func (g *gate) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	if req.Model != "echo" {
		g.inside.Add(1)
		defer g.inside.Add(-1)
		g.asked <- req.Messages[0].Text
		select {
		case <-g.let:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return engine.Echo{}.Chat(ctx, req, delta)
}

// running returns a fixture whose server runs flows, and the model that it asks.
func running(t *testing.T, most int) (*fixture, *gate) {
	t.Helper()
	g := newGate()
	f := newFixture(t, Options{Runs: &Runs{Services: engine.Services{Model: g}, Max: most, PerUser: most}, KeepExecutions: 50})
	t.Cleanup(f.srv.EndRuns)
	return f, g
}

// serveOnce serves a listener and stops at once.
func serveOnce(t *testing.T, s *Server) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, ln, ServeOptions{}) }()
	resp, err := http.Get("http://" + ln.Addr().String() + "/health")
	cancel()
	if err := errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func TestExecute(t *testing.T) {
	f, _ := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "echo"))
	for body, want := range map[string]string{
		"":                                   `{"in":"hello","m":"[echo] hello","out":{"value":"[echo] hello"}}`,
		`{"inputs":{"in":"x"}}`:              `{"in":"x","m":"[echo] x","out":{"value":"[echo] x"}}`,
		`{"inputs":null,"engine":"browser"}`: `{"in":"hello","m":"[echo] hello","out":{"value":"[echo] hello"}}`,
		`{"inputs":{"in":"y"},"engine":"standard"}`: `{"in":"y","m":"[echo] y","out":{"value":"[echo] y"}}`,
	} {
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body)
		if r.field(t, "status") != `"success"` || r.field(t, "nodeResults") != want || r.field(t, "outputs") == "null" || r.field(t, "errors") != "null" {
			t.Errorf("%s answered %s", body, r.body)
		}
		e := f.want(200, f.ann, "GET", "/api/v1/flows/"+id+"/executions/"+strings.Trim(r.field(t, "executionId"), `"`), "")
		if e.field(t, "node_results") != want || e.field(t, "execution_time") != r.field(t, "executionTime") || e.field(t, "user_id") != `"`+f.ann.id+`"` ||
			!strings.Contains(e.field(t, "meta"), `"tokens"`) {
			t.Errorf("%s is kept as %s", body, e.body)
		}
	}
	for body, want := range map[string]string{
		`{"engine":"fast"}`:                        `"type":"literal_error","loc":["body","engine"]`,
		`{"inputs":[]}`:                            `"type":"dict_type","loc":["body","inputs"]`,
		`{"limits":1}`:                             `"type":"dict_type","loc":["body","limits"]`,
		`{"limits":{"calls":1.5}}`:                 `"type":"int_type","loc":["body","limits","calls"]`,
		`{"limits":{"calls":"1"}}`:                 `"type":"int_type","loc":["body","limits","calls"]`,
		`{"limits":{"tokens":0}}`:                  `"type":"greater_than_equal","loc":["body","limits","tokens"]`,
		`{"limits":{"tokens":-9e9}}`:               `"type":"int_type","loc":["body","limits","tokens"]`,
		`{"limits":{"time":1e99}}`:                 `"type":"int_type","loc":["body","limits","time"]`,
		`{"limits":{"time":99999999999999999999}}`: `"type":"less_than_equal","loc":["body","limits","time"]`,
		`{"inputs":{"out":"x","no":""}}`:           `"type":"unknown-input","loc":["body","inputs","no"]`,
	} {
		if r := f.want(422, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body); !strings.Contains(r.text(), want) {
			t.Errorf("%s answered %s, want %s", body, r.body, want)
		}
	}
	cycle := f.create(f.ann, `{"name":"x","nodes":[{"id":"a","type":"merge","data":{}},{"id":"b","type":"knowledge","data":{}}],`+
		`"edges":[{"id":"1","source":"a","target":"b"},{"id":"2","source":"b","target":"a"}]}`)
	if r := f.want(422, f.ann, "POST", "/api/v1/flows/"+cycle+"/execute", ""); !strings.Contains(r.text(), `"type":"no-service","loc":["flow","nodes","b"]`) {
		t.Errorf("a flow that cannot run answered %s", r.body)
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/"+cycle+"/executions", ""); r.text() != "[]" {
		t.Errorf("of a refused run there is %s", r.body)
	}
	f.want(403, f.ben, "POST", "/api/v1/flows/"+id+"/execute", "")
	for _, body := range []string{`{"input":{"in":"x"}}`, `{"limits":{"tokes":1}}`} {
		if r := f.want(422, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body); !strings.Contains(r.text(), "extra_forbidden") {
			t.Errorf("%s answered %s", body, r.body)
		}
	}
}

// TestExecuteLimits: a run ends where its caller says.
func TestExecuteLimits(t *testing.T) {
	f, g := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	for limits, want := range map[string]string{
		`{"tokens":1,"calls":null}`: "more than its limit of 1 tokens",
		`{"time":1}`:                "longer than its limit of 1ms",
	} {
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", `{"inputs":{"in":"one two three"},"limits":`+limits+`}`)
		if r.field(t, "status") != `"error"` || !strings.Contains(r.field(t, "errors"), want) {
			t.Errorf("%s answered %s", limits, r.body)
		}
	}
	if g.inside.Load() != 0 {
		t.Errorf("%d calls go on", g.inside.Load())
	}
}

// TestExecuteFails: a run that fails is an answer like another.
func TestExecuteFails(t *testing.T) {
	f, _ := running(t, 2)
	id := f.create(f.ann, `{"name":"x","nodes":[{"id":"in","type":"input","data":{"value":"{}"}},`+
		`{"id":"t","type":"transform","data":{"operation":"extract","config":{"field":"no"}}}],"edges":[{"id":"1","source":"in","target":"t"}]}`)
	r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", "")
	if r.field(t, "status") != `"error"` || !strings.HasPrefix(r.field(t, "errors"), `{"t":"`) || r.field(t, "nodeResults") != `{"in":"{}"}` {
		t.Errorf("answered %s", r.body)
	}
}

// events reads a stream to its end: the events' names, and their data by name.
func (f *fixture) events(who caller, path string) (names []string, data map[string]string) {
	f.t.Helper()
	r := f.want(200, who, "POST", path, "", "Accept", "application/json;q=0.1, text/event-stream")
	data = map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(r.text()))
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			names = append(names, name)
		}
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			data[names[len(names)-1]] = text
		}
	}
	return names, data
}

func TestExecuteStream(t *testing.T) {
	f, _ := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "echo"))
	names, data := f.events(f.ann, "/api/v1/flows/"+id+"/execute")
	want := "execution run.started node.started node.finished node.started node.delta node.delta node.finished node.started node.finished run.finished result"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("events are %s, want %s", got, want)
	}
	var begun, result, finished struct {
		ID, Status  string
		NodeResults json.RawMessage `json:"node_results"`
	}
	for name, into := range map[string]any{"execution": &begun, "result": &result, "run.finished": &finished} {
		if err := json.Unmarshal([]byte(data[name]), into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if begun.ID == "" || begun.ID != result.ID || begun.Status != "running" || result.Status != "success" ||
		finished.Status != "success" || !strings.Contains(string(result.NodeResults), "[echo] hello") {
		t.Errorf("began %+v, ended %+v", begun, result)
	}
	f.want(200, f.ann, "GET", "/api/v1/flows/"+id+"/executions/"+result.ID, "")
}

// async starts a run and returns the address of its execution.
func (f *fixture) async(who caller, id string, header ...string) string {
	f.t.Helper()
	r := f.want(202, who, "POST", "/api/v1/flows/"+id+"/execute", "", append(header, "Prefer", "wait=1, Respond-Async; x")...)
	return "/api/v1/flows/" + id + "/" + r.header.Get("Location")
}

// status waits until an execution has that status.
func (f *fixture) status(path, want string) reply {
	f.t.Helper()
	for range 500 {
		r := f.want(200, f.ann, "GET", path, "")
		if r.field(f.t, "status") == `"`+want+`"` {
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.t.Fatalf("%s did not become %s", path, want)
	return reply{}
}

// TestRunsInOrder: no more than so many at once, the others one after the other
// as they came.
func TestRunsInOrder(t *testing.T) {
	f, g := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	var at []string
	for range 6 {
		at = append(at, f.async(f.ann, id))
	}
	for range 2 {
		<-g.asked
	}
	for i, path := range at {
		f.status(path, map[bool]string{true: "running", false: "pending"}[i < 2])
	}
	if m := f.want(200, caller{}, "GET", "/metrics", "").text(); !strings.Contains(m, "flowctl_runs_running 2\n") || !strings.Contains(m, "flowctl_runs_waiting 4\n") {
		t.Error("the metrics tell other numbers")
	}
	// The third is cancelled while it waits; the fourth then is the next.
	if r := f.want(200, f.ann, "POST", at[2]+"/cancel", ""); r.field(t, "status") != `"aborted"` {
		t.Errorf("cancel answered %s", r.body)
	}
	f.want(200, f.ann, "POST", at[0]+"/cancel", "")
	<-g.asked
	f.status(at[3], "running")
	f.status(at[4], "pending")
	for range 4 {
		g.let <- struct{}{}
	}
	for i, path := range at {
		f.status(path, map[bool]string{true: "aborted", false: "success"}[i == 0 || i == 2])
	}
	if g.inside.Load() != 0 {
		t.Errorf("%d calls go on", g.inside.Load())
	}
}

func TestCancel(t *testing.T) {
	f, g := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	path := f.async(f.ann, id)
	<-g.asked
	f.want(409, f.ann, "DELETE", path, "")
	r := f.want(200, f.ann, "POST", path+"/cancel", "")
	if r.field(t, "status") != `"aborted"` || r.field(t, "node_results") != `{"in":"hello"}` || !strings.Contains(r.field(t, "meta"), `"m":{"status":"aborted"`) {
		t.Errorf("cancel answered %s", r.body)
	}
	if kept := f.want(200, f.ann, "GET", path, ""); kept.text() != r.text() {
		t.Errorf("kept is %s", kept.body)
	}
	if r := f.want(409, f.ann, "POST", path+"/cancel", ""); !strings.Contains(r.text(), "has ended already: aborted") {
		t.Errorf("cancelling again answered %s", r.body)
	}
	f.want(404, f.ann, "POST", path+"x/cancel", "")
}

// TestCallerGone: a run ends with the one who waits for it.
func TestCallerGone(t *testing.T) {
	for _, accept := range []string{"*/*", "text/event-stream"} {
		f, g := running(t, 2)
		id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "POST", f.url+"/api/v1/flows/"+id+"/execute", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+f.ann.key)
		req.Header.Set("Accept", accept)
		go func() {
			<-g.asked
			cancel()
		}()
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			_, err = bufio.NewReader(resp.Body).ReadString(0)
			_ = resp.Body.Close()
			if err == nil {
				t.Error("the stream came to an end")
			}
		}
		list := f.want(200, f.ann, "GET", "/api/v1/flows/"+id+"/executions", "")
		var rows []struct{ ID string }
		if err := json.Unmarshal(list.body, &rows); err != nil || len(rows) != 1 {
			t.Fatalf("there are %s", list.body)
		}
		f.status("/api/v1/flows/"+id+"/executions/"+rows[0].ID, "aborted")
	}
}

// TestStop: what runs and what waits is ended and recorded, and who waits for it
// is answered.
func TestStop(t *testing.T) {
	f, g := running(t, 1)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	answered := make(chan reply)
	go func() { answered <- f.call(f.ann, "POST", "/api/v1/flows/"+id+"/execute", "") }()
	<-g.asked
	waits := f.async(f.ann, id)
	f.srv.EndRuns()
	if r := <-answered; r.status != 200 || r.field(t, "status") != `"aborted"` {
		t.Errorf("answered %d %s", r.status, r.body)
	}
	if r := f.want(200, f.ann, "GET", waits, ""); r.field(t, "status") != `"aborted"` {
		t.Errorf("what waited is %s", r.body)
	}
	f.want(503, f.ann, "POST", "/api/v1/flows/"+id+"/execute", "")
}

// TestDeleteEndsRuns: a flow takes its runs with it.
func TestDeleteEndsRuns(t *testing.T) {
	f, g := running(t, 1)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	path := f.async(f.ann, id)
	<-g.asked
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+id, "")
	for g.inside.Load() != 0 {
		time.Sleep(time.Millisecond)
	}
	f.want(404, f.ann, "GET", path, "")
}
