package provider

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/modeltest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestGathered(t *testing.T) {
	c := &conn{base: &url.URL{Scheme: "http", Host: "h"}}
	for _, s := range []struct{ name, stream, want string }{
		{"no [DONE] but a reason", `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`, `{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}`},
		{"other choices", `data: {"choices":[{"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}` + "\n\ndata: [DONE]", `{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"a"}}]}`},
		{"parts", `data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"}]}},{"delta":{"content":null}}]}` + "\n\ndata: [DONE]", `{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"a"}}]}`},
		{"an image", `data: {"data":[{"url":"u"}]}` + "\n\ndata: [DONE]", `{"object":"chat.completion","data":[{"url":"u"}]}`},
		{"nothing said", "data: [DONE]", `{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":""}}]}`},
	} {
		answer, err := c.readStream(strings.NewReader(s.stream+"\n\n"), nil)
		if err != nil || string(answer) != s.want {
			t.Errorf("%s: %s, %v, want %s", s.name, answer, err, s.want)
		}
	}
	if _, err := c.readStream(strings.NewReader(`data: {"choices":[{"delta":{"content":"a"}}]}`+"\n\n"), nil); err == nil {
		t.Error("a stream without an end is taken for whole")
	}
}

// TestShapes asks models that answer as real servers have, streamed and whole: what
// comes of a run is the same.
func TestShapes(t *testing.T) {
	for name, want := range modeltest.Shapes() {
		for _, streamed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", name, streamed), func(t *testing.T) {
				m, _ := startModel(t)
				spec, err := flow.ParseSpec(fmt.Appendf(nil, `{"nodes":[{"id":"m","type":"model","data":{"modelId":%q,"prompt":"hello","stream":%v}}],"edges":[]}`, name, streamed))
				if err != nil {
					t.Fatal(err)
				}
				res, err := engine.Run(t.Context(), spec, engine.Options{Services: engine.Services{Model: m}, Retries: -1})
				if err != nil {
					t.Fatal(err)
				}
				exec := res.Execution("")
				switch {
				case want.Failure == "" && string(exec.NodeResults) != `{"m":"fine"}`:
					t.Errorf("the result is %s, the errors %s", exec.NodeResults, exec.Errors)
				case want.Failure != "" && (len(res.Errors) != 1 || !strings.Contains(res.Errors[0].Err.Error(), want.Failure)):
					t.Errorf("ended with %s %s, want %q", res.Status, exec.Errors, want.Failure)
				}
				if got := strings.Join(res.Nodes[0].Warnings, " "); !strings.Contains(got, want.Warning) || (got == "") != (want.Warning == "") {
					t.Errorf("warnings %q, want %q", got, want.Warning)
				}
			})
		}
	}
}

// FuzzStream looks for streams that reading does not survive.
func FuzzStream(f *testing.F) {
	f.Add("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n")
	f.Add("data: {\"error\":{\"code\":429}}\n\n")
	f.Add("event: x\r\ndata:\r\n\r\n")
	f.Fuzz(func(t *testing.T, stream string) {
		c := &conn{base: &url.URL{Scheme: "http", Host: "h"}}
		var came strings.Builder
		answer, err := c.readStream(strings.NewReader(stream), func(text string) { came.WriteString(text) })
		if err == nil && !json.Valid(answer) {
			t.Errorf("%q returns %q", stream, answer)
		}
	})
}

// TestStreamTooLarge: a stream beyond the limit is named, wherever it is cut.
func TestStreamTooLarge(t *testing.T) {
	c := &conn{base: &url.URL{Scheme: "http", Host: "h"}}
	event := `data: {"choices":[{"delta":{"content":""},"pad":"` + strings.Repeat("x", 1<<20) + `"}]}` + "\n\n"
	_, err := c.readStream(strings.NewReader(strings.Repeat(event, 65)), nil)
	if err == nil || !strings.Contains(err.Error(), "is larger than 64 MiB") {
		t.Errorf("error is %v", err)
	}
}
