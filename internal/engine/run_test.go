package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// mustRun runs a flow that is not refused.
func mustRun(ctx context.Context, t *testing.T, spec flow.Spec, opts engine.Options) *engine.Result {
	t.Helper()
	res, err := engine.Run(ctx, spec, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// status is the status of a node.
func statusOf(r *engine.Result, id string) flow.NodeStatus {
	for _, n := range r.Nodes {
		if n.ID == id {
			return n.Status
		}
	}
	return ""
}

func TestLimits(t *testing.T) {
	models := newFlow().node("i", flow.Input, value("x")).node("a", flow.Model, ask("one {{input}}")).node("b", flow.Model, ask("two")).
		node("c", flow.Model, ask("three")).join("i", "a", "b", "c").spec()
	loop := newFlow().node("l", flow.Loop, `{"maxIterations":7}`).node("t", flow.Model, ask("t")).edge("l", "t", "each").spec()
	double := newFlow().node("i", flow.Input, value(strings.Repeat("x", 600))).node("t", flow.Transform, template("{{input}}{{input}}")).join("i", "t").spec()
	join := newFlow().node("i", flow.Input, value(strings.Repeat("x", 600))).node("t", flow.Merge, plain).join("i", "t").join("i", "t").spec()
	many := newFlow().node("i", flow.Input, value(strings.Repeat("x", 600))).node("t", flow.Transform, `{"operation":"replace","config":{"pattern":"x","replacement":"$&$&"}}`).join("i", "t").spec()
	long := newFlow().node("m", flow.Model, ask(strings.Repeat("x", 600))).spec()
	capped := newFlow().node("m", flow.Model, `{"modelId":"m1","prompt":"p","useAdvancedSettings":true,"max_tokens":50}`).spec()
	for _, c := range []struct {
		name   string
		spec   flow.Spec
		limits engine.Limits
		want   engine.LimitError
		node   string // whose error it is
		calls  int    // model calls made
	}{
		{"calls", models, engine.Limits{Calls: 2}, engine.LimitError{engine.LimitCalls, 2}, "c", 2},
		{"nodes", models, engine.Limits{Nodes: 2}, engine.LimitError{engine.LimitNodes, 2}, "b", 1},
		{"tokens of what was used", models, engine.Limits{Tokens: 12}, engine.LimitError{engine.LimitTokens, 12}, "c", 2},
		{"tokens of what the answer may have", capped, engine.Limits{Tokens: 50}, engine.LimitError{engine.LimitTokens, 50}, "m", 0},
		{"rounds", loop, engine.Limits{Rounds: 6}, engine.LimitError{engine.LimitRounds, 6}, "l", 0},
		{"result of a template", double, engine.Limits{Result: 1000}, engine.LimitError{engine.LimitResult, 1000}, "t", 0},
		{"result of a merge", join, engine.Limits{Result: 1000}, engine.LimitError{engine.LimitResult, 1000}, "t", 0},
		{"result of a replacement", many, engine.Limits{Result: 1000}, engine.LimitError{engine.LimitResult, 1000}, "t", 0},
		{"result of a model", long, engine.Limits{Result: 500}, engine.LimitError{engine.LimitResult, 500}, "m", 1},
		{"result of an input", double, engine.Limits{Result: 500}, engine.LimitError{engine.LimitResult, 500}, "i", 0},
	} {
		for _, semantics := range []string{browser.Standard, browser.Name} {
			t.Run(c.name+" "+semantics, func(t *testing.T) {
				services, model := fakeServices()
				res := mustRun(t.Context(), t, c.spec, engine.Options{Semantics: named(semantics), Parallel: 1, Services: services, Limits: c.limits})
				var limit *engine.LimitError
				if !errors.As(res.Err, &limit) || *limit != c.want {
					t.Fatalf("the run ended with %v, want %v", res.Err, &c.want)
				}
				if res.Status != flow.RunError || len(res.Errors) != 1 || res.Errors[0].Node != c.node || !errors.As(res.Errors[0].Err, &limit) {
					t.Errorf("status %s, errors %v, want the limit as the error of %s", res.Status, res.Errors, c.node)
				}
				if len(model.calls) != c.calls {
					t.Errorf("%d model calls were made, want %d", len(model.calls), c.calls)
				}
			})
		}
	}
}

func TestTimeLimit(t *testing.T) {
	for _, semantics := range []string{browser.Standard, browser.Name} {
		start := time.Now()
		res := mustRun(t.Context(), t, star(3), engine.Options{Semantics: named(semantics), Services: engine.Services{Model: slowModel(time.Minute)}, Limits: engine.Limits{Time: 30 * time.Millisecond}})
		var limit *engine.LimitError
		if !errors.As(res.Err, &limit) || limit.Limit != engine.LimitTime || res.Status != flow.RunError {
			t.Errorf("%s: ended with %s, %v", semantics, res.Status, res.Err)
		}
		if last := res.Errors[len(res.Errors)-1]; last.Node != "global" || !strings.Contains(last.Err.Error(), "30ms") {
			t.Errorf("%s: the errors are %v", semantics, res.Errors)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", semantics, took)
		}
	}
}

func TestNoLimitIsNoLimit(t *testing.T) {
	spec := newFlow().node("l", flow.Loop, `{"maxIterations":20}`).node("t", flow.Transform, upper).edge("l", "t", "each").spec()
	none := engine.Limits{Rounds: -1, Nodes: -1, Calls: -1, Tokens: -1, Result: -1}
	if res := mustRun(t.Context(), t, spec, engine.Options{Limits: none}); res.Status != flow.RunSuccess {
		t.Errorf("ended with %v", res.Errors)
	}
}

// A flow whose body the browser would run 2^60 times is stopped, not planned.
func TestBrowserBodyIsBounded(t *testing.T) {
	f := newFlow().node("l", flow.Loop, plain).node("d0", flow.Transform, upper).edge("l", "d0", "each")
	for i := range 60 {
		a, b, next := fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), fmt.Sprintf("d%d", i+1)
		f.node(a, flow.Transform, upper).node(b, flow.Transform, upper).node(next, flow.Transform, upper).
			join(fmt.Sprintf("d%d", i), a, next).join(fmt.Sprintf("d%d", i), b, next)
	}
	res := mustRun(t.Context(), t, f.spec(), engine.Options{Semantics: browser.New, Limits: engine.Limits{Nodes: 1000}})
	var limit *engine.LimitError
	if !errors.As(res.Err, &limit) || limit.Limit != engine.LimitNodes {
		t.Errorf("ended with %v", res.Err)
	}
}

func TestRetries(t *testing.T) {
	for _, c := range []struct {
		name      string
		failures  []error // before the model answers
		retries   int
		semantics string
		calls     int
		ok        bool
	}{
		{"busy twice", []error{&engine.HTTPError{StatusCode: 429}, &engine.HTTPError{StatusCode: 503}}, 0, browser.Standard, 3, true},
		{"busy three times", []error{&engine.HTTPError{StatusCode: 500}, &engine.HTTPError{StatusCode: 500}, &engine.HTTPError{StatusCode: 500}}, 0, browser.Standard, 3, false},
		{"more patience", []error{&engine.HTTPError{StatusCode: 500}, &engine.HTTPError{StatusCode: 500}, &engine.HTTPError{StatusCode: 500}}, 3, browser.Standard, 4, true},
		{"none wanted", []error{&engine.HTTPError{StatusCode: 429}}, -1, browser.Standard, 1, false},
		{"a wait too long", []error{&engine.HTTPError{StatusCode: 429, RetryAfter: time.Hour}}, 0, browser.Standard, 1, false},
		{"a refusal", []error{&engine.HTTPError{StatusCode: 401}}, 0, browser.Standard, 1, false},
		{"no connection", []error{errors.New("refused")}, 0, browser.Standard, 1, false},
		{"the browser", []error{&engine.HTTPError{StatusCode: 429}}, 0, browser.Name, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
				if calls++; calls <= len(c.failures) {
					return nil, c.failures[calls-1]
				}
				return json.RawMessage(`{"choices":[{"message":{"content":"x"}}]}`), nil
			})
			var attempts []int
			res := mustRun(t.Context(), t, newFlow().node("m", flow.Model, ask("p")).spec(), engine.Options{
				Semantics: named(c.semantics), Services: engine.Services{Model: model}, Retries: c.retries, RetryWait: time.Millisecond,
				Limits: engine.Limits{Calls: 1}, // repeated attempts are one call
				Events: func(e flow.Event) {
					if e.Type == flow.EventNodeStarted {
						attempts = append(attempts, e.Attempt)
					}
				},
			})
			if calls != c.calls || (res.Status == flow.RunSuccess) != c.ok {
				t.Errorf("%d calls, %s, want %d, success %v", calls, res.Status, c.calls, c.ok)
			}
			for i, a := range attempts {
				if a != i+1 {
					t.Errorf("attempts are %v", attempts)
				}
			}
			if res.Nodes[0].Attempts != c.calls || res.Nodes[0].Runs != 1 || res.Calls != 1 {
				t.Errorf("the node reports %d attempts in %d runs, the result %d calls", res.Nodes[0].Attempts, res.Nodes[0].Runs, res.Calls)
			}
		})
	}
}

// Cancelling ends a run at once and reports what was done.
func TestCancel(t *testing.T) {
	spec := newFlow().node("i", flow.Input, value("x")).node("m", flow.Model, ask("{{input}}")).node("o", flow.Output, text).
		node("fast", flow.Transform, upper).join("i", "m", "o").join("i", "fast").spec()
	for semantics, want := range map[string]flow.RunStatus{browser.Standard: flow.RunAborted, browser.Name: flow.RunError} {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		res := mustRun(ctx, t, spec, engine.Options{Semantics: named(semantics), Services: engine.Services{Model: slowModel(time.Minute)}, Events: func(e flow.Event) {
			if e.Type == flow.EventNodeStarted && e.Node == "m" {
				time.AfterFunc(20*time.Millisecond, cancel)
			}
		}})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", semantics, took)
		}
		if res.Status != want || !errors.Is(res.Err, context.Canceled) {
			t.Errorf("%s: ended with %s, %v", semantics, res.Status, res.Err)
		}
		if statusOf(res, "i") != flow.NodeSuccess || statusOf(res, "m") != flow.NodeAborted || statusOf(res, "o") != flow.NodePending {
			t.Errorf("%s: the nodes are %v", semantics, res.Nodes)
		}
		if len(res.NodeResults) == 0 || res.NodeResults[0].Node != "i" {
			t.Errorf("%s: the results are %v", semantics, res.NodeResults)
		}
		if semantics == browser.Standard && len(res.Errors) > 0 {
			t.Errorf("the errors are %v", res.Errors)
		}
	}
}

func TestCancelInARoundAndBeforeTheStart(t *testing.T) {
	loop := newFlow().node("l", flow.Loop, `{"maxIterations":50}`).node("m", flow.Model, ask("p")).edge("l", "m", "each").spec()
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
		if calls.Add(1) == 3 {
			cancel()
			return nil, ctx.Err()
		}
		return json.RawMessage(`{"choices":[{"message":{"content":"x"}}]}`), nil
	})
	res := mustRun(ctx, t, loop, engine.Options{Parallel: 1, Services: engine.Services{Model: model}})
	if res.Status != flow.RunAborted || calls.Load() != 3 || statusOf(res, "l") != flow.NodeAborted {
		t.Errorf("ended with %s after %d calls, the loop is %s", res.Status, calls.Load(), statusOf(res, "l"))
	}
	res = mustRun(ctx, t, loop, engine.Options{Services: engine.Services{Model: model}})
	if res.Status != flow.RunAborted || calls.Load() != 3 || statusOf(res, "l") != flow.NodePending {
		t.Errorf("a run that was cancelled before it started ended with %s", res.Status)
	}
}

// A cancelled run whose last node is done anyway was a success.
func TestCancelAtTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	res := mustRun(ctx, t, newFlow().node("i", flow.Input, value("x")).spec(), engine.Options{Events: func(e flow.Event) {
		if e.Type == flow.EventNodeFinished {
			cancel()
		}
	}})
	if res.Status != flow.RunSuccess || res.Err != nil {
		t.Errorf("ended with %s, %v", res.Status, res.Err)
	}
}

func TestPanicIsTheNodesError(t *testing.T) {
	model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) { panic("boom") })
	spec := newFlow().node("m", flow.Model, ask("p")).node("o", flow.Output, text).node("i", flow.Input, value("x")).join("m", "o").spec()
	res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: model}})
	var panicked *engine.PanicError
	if len(res.Errors) != 1 || !errors.As(res.Errors[0].Err, &panicked) || panicked.Value != "boom" || len(panicked.Stack) == 0 {
		t.Fatalf("the errors are %v", res.Errors)
	}
	if statusOf(res, "i") != flow.NodeSuccess || statusOf(res, "o") != flow.NodeSkipped {
		t.Errorf("the nodes are %v", res.Nodes)
	}
}

func TestServicesAreLookedForFirst(t *testing.T) {
	spec := newFlow().node("m", flow.Model, plain).node("k", flow.Knowledge, plain).node("w", flow.WebSearch, plain).spec()
	for _, semantics := range []string{browser.Standard, browser.Name} {
		_, err := engine.Run(t.Context(), spec, engine.Options{Semantics: named(semantics)})
		var refused *engine.RefusedError
		if !errors.As(err, &refused) || len(refused.Problems) != 3 {
			t.Fatalf("%s: got %v", semantics, err)
		}
		for i, p := range refused.Problems {
			if want := fmt.Sprintf("/nodes/%d", i); p.Code != engine.CodeNoService || p.Pointer != want {
				t.Errorf("%s: problem %v, want %s at %s", semantics, p, engine.CodeNoService, want)
			}
		}
		if !strings.Contains(err.Error(), `node "m"`) || !strings.Contains(err.Error(), "and 2 more") {
			t.Errorf("the error is %q", err)
		}
	}
}

func TestInputs(t *testing.T) {
	spec := newFlow().node("a", flow.Input, `{"value":"old","fileIds":["f"]}`).node("b", flow.Input, plain).node("o", flow.Output, text).join("b", "o").spec()
	give := func(inputs map[string]string) (*engine.Result, error) {
		raw := make(map[string]json.RawMessage)
		for id, v := range inputs {
			raw[id] = json.RawMessage(v)
		}
		return engine.Run(t.Context(), spec, engine.Options{Inputs: raw})
	}
	res, err := give(map[string]string{"a": `"new"`, "b": `{"n":1.0}`})
	if err != nil {
		t.Fatal(err)
	}
	exec := res.Execution("flow-1")
	if got := string(exec.Inputs); got != `{"a":["new","f"],"b":{"n":1.0}}` {
		t.Errorf("inputs are %s", got)
	}
	if got := string(exec.Outputs); got != `{"o":{"n":1.0}}` {
		t.Errorf("outputs are %s", got)
	}
	var refused *engine.RefusedError
	if _, err := give(map[string]string{"o": `1`, "zz": `2`}); !errors.As(err, &refused) || len(refused.Problems) != 2 || refused.Problems[0].Code != engine.CodeUnknownInput {
		t.Errorf("unknown inputs return %v", err)
	}
	if _, err := give(map[string]string{"a": `{`}); err == nil || !strings.Contains(err.Error(), `input "a"`) {
		t.Errorf("a value that is not JSON returns %v", err)
	}
	if got := string(spec.Nodes[0].Data); got != `{"value":"old","fileIds":["f"]}` {
		t.Errorf("the flow itself was changed: %s", got)
	}
}

func TestExecution(t *testing.T) {
	spec := newFlow().node("i", flow.Input, value("x")).node("m", flow.Model, ask("p {{input}}")).node("bad", flow.Transform, `{"operation":"replace"}`).
		node("off", flow.Output, text).node("o", flow.Output, text).join("i", "m", "o").join("i", "bad", "off").spec()
	res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: engine.Echo{}}})
	exec := res.Execution("flow-1")
	if exec.FlowID != "flow-1" || exec.Status != flow.RunError || exec.ExecutionTime == nil || exec.CreatedAt == 0 {
		t.Errorf("the execution is %+v", exec)
	}
	for what, got := range map[string][2]string{
		"inputs":       {string(exec.Inputs), `{"i":"x"}`},
		"outputs":      {string(exec.Outputs), `{"o":"[m1] p x"}`},
		"node_results": {string(exec.NodeResults), `{"i":"x","m":"[m1] p x","o":{"value":"[m1] p x"}}`},
		"errors":       {string(exec.Errors), `{"bad":"the node has no pattern; set config.pattern"}`},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %s, want %s", what, got[0], got[1])
		}
	}
	var meta struct {
		Nodes map[string]struct {
			Status string
			Reason string
			Time   *int64
			Tokens *flow.Usage
		}
		Tokens flow.Usage
		Calls  int
	}
	if err := json.Unmarshal(exec.Meta, &meta); err != nil {
		t.Fatal(err)
	}
	if meta.Calls != 1 || meta.Tokens != (flow.Usage{Prompt: 2, Completion: 3, Total: 5}) || len(meta.Nodes) != 5 {
		t.Errorf("meta is %s", exec.Meta)
	}
	if off := meta.Nodes["off"]; off.Status != "skipped" || off.Time != nil || !strings.Contains(off.Reason, `"bad"`) {
		t.Errorf("the skipped node's meta is %+v", off)
	}
	if m := meta.Nodes["m"]; m.Status != "success" || m.Time == nil || m.Tokens == nil || m.Tokens.Total != 5 {
		t.Errorf("the model's meta is %+v", m)
	}
	ok := mustRun(t.Context(), t, newFlow().spec(), engine.Options{}).Execution("")
	if string(ok.Errors) != "null" || string(ok.NodeResults) != "{}" || ok.Status != flow.RunSuccess {
		t.Errorf("the execution of nothing is %+v", ok)
	}
}

// TestEvents looks at every event of a run with a loop, a branch, a stream and a
// failure.
func TestEvents(t *testing.T) {
	spec := newFlow().node("l", flow.Loop, `{"maxIterations":2}`).node("m", flow.Model, ask("a b")).node("bad", flow.Transform, `{"operation":"replace"}`).
		node("off", flow.Output, text).edge("l", "m", "each").edge("l", "bad", "done").join("bad", "off").spec()
	var told []string
	var last time.Time
	mustRun(t.Context(), t, spec, engine.Options{Parallel: 1, Services: engine.Services{Model: engine.Echo{}}, Events: func(e flow.Event) {
		if e.Time.Before(last) || e.Time.IsZero() {
			t.Errorf("the event %+v is at %v, after %v", e, e.Time, last)
		}
		last = e.Time
		line := fmt.Sprintf("%s %s %v %d %s%s%s", e.Type, e.Node, e.Round, e.Attempt, e.Status, e.Delta, e.Error)
		told = append(told, strings.TrimSpace(line))
	}})
	want := []string{
		"run.started  [] 0",
		"node.started l [] 1",
		"node.started m [0] 1", "node.delta m [0] 1 [m1]", "node.delta m [0] 1 a", "node.delta m [0] 1 b", "node.finished m [0] 1 success",
		"node.started m [1] 1", "node.delta m [1] 1 [m1]", "node.delta m [1] 1 a", "node.delta m [1] 1 b", "node.finished m [1] 1 success",
		"node.finished l [] 1 success",
		"node.started bad [] 1", "node.finished bad [] 1 errorthe node has no pattern; set config.pattern",
		"node.skipped off [] 0 skipped",
		"run.finished  [] 0 error",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the events are\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

func TestEventsAsJSON(t *testing.T) {
	var lines []string
	mustRun(t.Context(), t, newFlow().node("m", flow.Model, `{"modelId":"m","prompt":"p","stream":false}`).spec(), engine.Options{
		Services: engine.Services{Model: engine.Echo{}}, Events: func(e flow.Event) {
			e.Time = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(line))
		}})
	want := []string{
		`{"type":"run.started","time":"2026-01-02T03:04:05Z"}`,
		`{"type":"node.started","time":"2026-01-02T03:04:05Z","node":"m","attempt":1}`,
		`{"type":"node.finished","time":"2026-01-02T03:04:05Z","node":"m","attempt":1,"status":"success","result":"[m] p","tokens":{"prompt":1,"completion":2,"total":3}}`,
		`{"type":"run.finished","time":"2026-01-02T03:04:05Z","status":"success"}`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("the events are\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// Independent nodes run side by side, but never more than the limit, loops'
// rounds and nested loops included.
func TestParallelIsALimit(t *testing.T) {
	f := newFlow()
	for i := range 4 {
		outer, inner, m := fmt.Sprintf("l%d", i), fmt.Sprintf("k%d", i), fmt.Sprintf("m%d", i)
		f.node(outer, flow.Loop, `{"maxIterations":3}`).node(inner, flow.Loop, `{"maxIterations":3}`).node(m, flow.Model, ask("p")).
			edge(outer, inner, "each").edge(inner, m, "each")
	}
	for _, parallel := range []int{1, 3, 16} {
		var now, most, calls atomic.Int32
		model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
			calls.Add(1)
			n := now.Add(1)
			for {
				m := most.Load()
				if n <= m || most.CompareAndSwap(m, n) {
					break
				}
			}
			time.Sleep(2 * time.Millisecond)
			now.Add(-1)
			return json.RawMessage(`{"choices":[{"message":{"content":"x"}}]}`), nil
		})
		res := mustRun(t.Context(), t, f.spec(), engine.Options{Parallel: parallel, Services: engine.Services{Model: model}})
		if res.Status != flow.RunSuccess || calls.Load() != 36 {
			t.Errorf("parallel %d: %s after %d calls", parallel, res.Status, calls.Load())
		}
		if got := most.Load(); got > int32(parallel) || parallel > 1 && got < 2 {
			t.Errorf("parallel %d: %d calls at once", parallel, got)
		}
	}
}

// Unless Options say otherwise, eight nodes run at once.
func TestParallelDefault(t *testing.T) {
	var now, most atomic.Int32
	full := make(chan struct{})
	var once sync.Once
	model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
		n := now.Add(1)
		defer now.Add(-1)
		if most.Store(max(most.Load(), n)); n == 8 {
			time.AfterFunc(50*time.Millisecond, func() { once.Do(func() { close(full) }) })
		}
		select {
		case <-full:
		case <-time.After(20 * time.Second):
		}
		return json.RawMessage(`{"choices":[{"message":{"content":"x"}}]}`), nil
	})
	mustRun(t.Context(), t, star(24), engine.Options{Services: engine.Services{Model: model}})
	if got := most.Load(); got != 8 {
		t.Errorf("%d calls were made at once, want 8", got)
	}
}

// The results are in the flow's order of nodes, whatever order they were made in.
func TestResultsAreInTheFlowsOrder(t *testing.T) {
	spec := newFlow().node("o", flow.Output, text).node("bad", flow.Transform, `{"operation":"replace"}`).node("p", flow.Output, text).
		node("m", flow.Model, ask("{{late.output}}")).node("worse", flow.Transform, `{"operation":"extract"}`).node("7", flow.Model, ask("x")).
		node("late", flow.Input, value("L")).join("m", "o").join("late", "worse", "p").join("7", "bad").spec()
	for _, parallel := range []int{1, 8} {
		services, _ := fakeServices()
		res := mustRun(t.Context(), t, spec, engine.Options{Parallel: parallel, Services: services})
		exec := res.Execution("")
		if got, want := string(exec.NodeResults), `{"o":{"value":"MODEL(m1):L"},"m":"MODEL(m1):L","7":"MODEL(m1):x","late":"L"}`; got != want {
			t.Errorf("parallel %d: the results are %s, want %s", parallel, got, want)
		}
		if got, want := string(exec.Errors), `{"bad":"the node has no pattern; set config.pattern","worse":"the node has no field; set config.field"}`; got != want {
			t.Errorf("parallel %d: the errors are %s, want %s", parallel, got, want)
		}
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		mustRun(ctx, t, star(50), engine.Options{Services: engine.Services{Model: slowModel(time.Minute)}})
		cancel()
		mustRun(t.Context(), t, star(50), engine.Options{Services: engine.Services{Model: slowModel(0)}})
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{"": "standard", "standard": "standard", "browser": "browser"} {
		semantics, err := browser.Named(name)
		if err != nil || semantics().Name() != want {
			t.Errorf("Named(%q): %v", name, err)
		}
	}
	if _, err := browser.Named("fast"); err == nil || !strings.Contains(err.Error(), `"fast"`) {
		t.Errorf("got %v", err)
	}
}

// Rounds side by side end in any order; the result, and which failure counts, do
// not depend on it.
func TestRoundsInOrder(t *testing.T) {
	spec := newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"8,6,4,2,0"}`).node("m", flow.Model, ask("{{input.value}}")).
		node("o", flow.Output, text).edge("l", "m", "each").join("m", "o").spec()
	var failing string
	model := modelFunc(func(req engine.ChatRequest) (json.RawMessage, error) {
		wait := req.Messages[0].Text
		time.Sleep(time.Duration(wait[0]-'0') * 5 * time.Millisecond)
		if strings.Contains(failing, wait) {
			return nil, errors.New("bad " + wait)
		}
		return json.RawMessage(`{"choices":[{"message":{"content":` + wait + `}}]}`), nil
	})
	res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: model}})
	if got := string(res.Execution("").Outputs); got != `{"o":[8,6,4,2,0]}` {
		t.Errorf("the outputs are %s", got)
	}
	failing = "6 2"
	for range 5 {
		res = mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: model}})
		if len(res.Errors) != 2 || !strings.Contains(res.Errors[0].Err.Error(), "round 1 failed") || !strings.Contains(res.Errors[1].Err.Error(), "bad 6") {
			t.Errorf("the errors are %v", res.Errors)
		}
		if got := string(res.Execution("").Outputs); got != `{"o":[8]}` {
			t.Errorf("the outputs are %s", got)
		}
	}
}
