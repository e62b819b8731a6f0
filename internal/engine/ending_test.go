package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// answers are what model servers send with status 200: an answer, or what is none.
func answers() []struct{ name, body, result, failure, warning, finish, browser string } {
	return []struct {
		name, body string
		result     string // in standard, "" for a failure
		failure    string // in standard
		warning    string // in standard
		finish     string
		browser    string // what the run fails with there, where it takes the answer for a success and standard does not
	}{
		{name: "an answer", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`, result: `"x"`, finish: "stop"},
		{name: "no reason", body: `{"choices":[{"message":{"content":"x"}}]}`, result: `"x"`},
		{name: "an empty reason", body: `{"choices":[{"message":{"content":"x"},"finish_reason":""}]}`, result: `"x"`},
		{name: "error is null", body: `{"error":null,"choices":[{"message":{"content":"x"}}]}`, result: `"x"`},
		{name: "error is empty", body: `{"error":{},"choices":[{"message":{"content":"x"}}]}`, result: `"x"`},
		{name: "text", body: `{"choices":[{"text":"x","finish_reason":"stop"}]}`, result: `"x"`, finish: "stop"},
		{name: "delta", body: `{"choices":[{"delta":{"content":"x"}}]}`, result: `"x"`},
		{name: "parts", body: `{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"x"},{"type":"text","text":"y"}]}}]}`, result: `"xy"`},
		{name: "a list", body: `{"choices":[{"message":{"content":[1,2]}}]}`, result: `[1,2]`},
		{name: "a zero", body: `{"choices":[{"message":{"content":0}}]}`, result: `0`},
		{name: "cut", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"length"}]}`, result: `"x"`, warning: "cut off at the limit of tokens (finish_reason length)", finish: "length"},
		{name: "cut by Gemini", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"MAX_TOKENS"}]}`, result: `"x"`, warning: "cut off at the limit of tokens", finish: "MAX_TOKENS"},
		{
			name: "filtered in part", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter","content_filter_results":{"hate":{"filtered":false},"violence":{"filtered":true,"severity":"medium"}}}]}`,
			result: `"x"`, warning: "cut off by a content filter (violence)", finish: "content_filter",
		},
		{name: "tools named, none called", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"tool_calls"}]}`, result: `"x"`, warning: "stopped in order to call a tool (finish_reason tool_calls), but named none", finish: "tool_calls"},
		{name: "text and a tool", body: `{"choices":[{"message":{"content":"x","tool_calls":[{"function":{"name":"get_weather"}}]},"finish_reason":"tool_calls"}]}`, result: `"x"`, warning: `called the tool "get_weather"`, finish: "tool_calls"},
		{name: "images without text", body: `{"images":["a"],"choices":[{"message":{"content":null}}]}`, result: `"a"`},

		{name: "an error", body: `{"error":{"message":"no credit","type":"insufficient_quota"}}`, failure: "the model failed: no credit"},
		{name: "an error's text", body: `{"error":"model not loaded"}`, failure: "the model failed: model not loaded"},
		{name: "an error and a choice", body: `{"error":{"message":"gone"},"choices":[{"message":{"content":"x"}}]}`, failure: "the model failed: gone", browser: "the model failed: gone"},
		{name: "an error without words", body: `{"error":{"reason":7}}`, failure: `the model failed: {"reason":7}`},
		{name: "vLLM's object", body: `{"object":"error","message":"too long","type":"BadRequestError","code":400}`, failure: "400 Bad Request: too long"},
		{name: "OpenRouter's choice", body: `{"choices":[{"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"upstream fell over"}},"finish_reason":"error","message":{"content":""}}]}`, failure: "502 Bad Gateway: Provider returned error: upstream fell over", finish: "error", browser: "upstream fell over"},
		{name: "a reason alone", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"error"}]}`, failure: "(finish_reason error)", finish: "error", browser: "(finish_reason error)"},
		{name: "LiteLLM's code", body: `{"error":{"message":"slow down","code":"429"}}`, failure: "429 Too Many Requests: slow down"},
		{name: "Anthropic's type", body: `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, failure: "503 Service Unavailable: Overloaded"},
		{name: "DeepSeek's reason", body: `{"choices":[{"message":{"content":"x"},"finish_reason":"insufficient_system_resource"}]}`, failure: "503 Service Unavailable: finish_reason insufficient_system_resource", finish: "insufficient_system_resource", browser: "insufficient_system_resource"},
		{name: "a refusal", body: `{"choices":[{"message":{"content":null,"refusal":"I cannot help with that."},"finish_reason":"stop"}]}`, failure: "the model refused: I cannot help with that.", finish: "stop", browser: "the model refused: I cannot"},
		{name: "all filtered", body: `{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}`, failure: "a content filter left nothing of the answer (finish_reason content_filter)", finish: "content_filter", browser: "a content filter"},
		{name: "tools alone", body: `{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"get_weather"}}]},"finish_reason":"tool_calls"}]}`, failure: `called the tool "get_weather" in place of an answer`, finish: "tool_calls", browser: "get_weather"},
		{name: "the older function", body: `{"choices":[{"message":{"content":null,"function_call":{"name":"f"}},"finish_reason":"function_call"}]}`, failure: `the tool "f"`, finish: "function_call", browser: `the tool "f"`},
		{name: "thoughts alone", body: `{"choices":[{"message":{"content":"","reasoning_content":"Let me see"},"finish_reason":"stop"}]}`, failure: "thought but gave no answer (finish_reason stop): Let me see", finish: "stop", browser: "thought but gave no answer"},
		{name: "thoughts until the limit", body: `{"choices":[{"message":{"content":null,"reasoning":"Let me see"},"finish_reason":"length"}]}`, failure: "used up its tokens for thoughts", finish: "length", browser: "used up its tokens"},
		{name: "a full context", body: `{"choices":[{"message":{"content":""},"finish_reason":"length"}]}`, failure: "no token was left for it", finish: "length", browser: "no token was left"},
		{name: "nothing", body: `{"choices":[{"message":{"content":" \n"},"finish_reason":"stop"}]}`, failure: "the answer is empty (finish_reason stop)", finish: "stop", browser: "the answer is empty"},
		{name: "no message", body: `{"choices":[{"finish_reason":"stop"}]}`, failure: "the answer is empty", finish: "stop"},
		{name: "no choice", body: `{"detail":"Not here"}`, failure: `it has no content, but is {"detail":"Not here"}`},
	}
}

func TestCheckAnswer(t *testing.T) {
	for _, a := range answers() {
		t.Run(a.name, func(t *testing.T) {
			model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) { return json.RawMessage(a.body), nil })
			spec := newFlow().node("m", flow.Model, ask("p")).spec()
			res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: model}, Retries: -1})
			exec := res.Execution("")
			switch {
			case a.failure == "" && string(exec.NodeResults) != `{"m":`+a.result+`}`:
				t.Errorf("the result is %s, errors %s, want %s", exec.NodeResults, exec.Errors, a.result)
			case a.failure != "" && (res.Status != flow.RunError || !strings.Contains(res.Errors[0].Err.Error(), a.failure)):
				t.Errorf("ended with %s %s, want %q", res.Status, exec.Errors, a.failure)
			}
			n := res.Nodes[0]
			if warnings := strings.Join(n.Warnings, " "); n.FinishReason != a.finish || !strings.Contains(warnings, a.warning) || (a.warning == "") != (warnings == "") {
				t.Errorf("finish reason %q, warnings %q, want %q, %q", n.FinishReason, warnings, a.finish, a.warning)
			}

			res = mustRun(t.Context(), t, spec, engine.Options{Semantics: browser.New, Services: engine.Services{Model: model}})
			exec = res.Execution("")
			switch {
			case a.failure != "" && res.Status != flow.RunError:
				t.Errorf("browser: ended with %s without an answer", res.Status)
			case a.browser == "":
			case len(res.NodeResults) == 0 && !strings.Contains(a.body, `"content":null`), res.Nodes[0].Status != flow.NodeSuccess:
				t.Errorf("browser: the node is %s and has %s, but the browser takes the answer", res.Nodes[0].Status, exec.NodeResults)
			case !strings.Contains(string(exec.Errors), "the browser takes this answer for a success, but "), !strings.Contains(res.Errors[0].Err.Error(), a.browser):
				t.Errorf("browser: errors %s, want %q", exec.Errors, a.browser)
			}
		})
	}
}

// TestEndingIsKept wants how a model ended where scripts look for it.
func TestEndingIsKept(t *testing.T) {
	bodies := []string{
		`{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`,
		`{"choices":[{"message":{"content":"x"},"finish_reason":"length"}]}`,
		`{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`,
	}
	calls := 0
	model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
		calls++
		return json.RawMessage(bodies[calls-1]), nil
	})
	spec := newFlow().node("l", flow.Loop, `{"maxIterations":3}`).node("m", flow.Model, ask("p")).edge("l", "m", "each").spec()
	var told []string
	res := mustRun(t.Context(), t, spec, engine.Options{Services: engine.Services{Model: model}, Parallel: 1, Events: func(e flow.Event) {
		if e.Node == "m" && e.Type == flow.EventNodeFinished {
			told = append(told, e.FinishReason+":"+e.Warning)
		}
	}})
	var meta struct {
		Nodes map[string]struct {
			FinishReason string `json:"finish_reason"`
			Warnings     []string
		}
	}
	if err := json.Unmarshal(res.Execution("").Meta, &meta); err != nil {
		t.Fatal(err)
	}
	m := meta.Nodes["m"]
	if m.FinishReason != "length" || len(m.Warnings) != 1 || !strings.HasPrefix(strings.Join(told, "|"), "stop:|length:the answer was cut off") {
		t.Errorf("meta has %+v, the events %q", m, told)
	}
}

// TestAnotherAttemptSaysWhy wants it said that pieces of an answer are void.
func TestAnotherAttemptSaysWhy(t *testing.T) {
	calls := 0
	model := modelFunc(func(engine.ChatRequest) (json.RawMessage, error) {
		switch calls++; calls {
		case 1:
			return nil, &engine.LostError{errors.New("connection reset")}
		case 2:
			return json.RawMessage(`{"error":{"message":"later","code":529}}`), nil
		}
		return json.RawMessage(`{"choices":[{"message":{"content":"x"}}]}`), nil
	})
	var reasons []string
	res := mustRun(t.Context(), t, newFlow().node("m", flow.Model, ask("p")).spec(), engine.Options{
		Services: engine.Services{Model: model}, RetryWait: time.Millisecond, Events: func(e flow.Event) {
			if e.Type == flow.EventNodeStarted {
				reasons = append(reasons, e.Reason)
			}
		},
	})
	if got := strings.Join(reasons, "|"); res.Status != flow.RunSuccess || got != "|connection reset|529: later" {
		t.Errorf("%s after %q", res.Status, got)
	}
}
