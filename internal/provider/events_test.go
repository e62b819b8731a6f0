package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadEvents(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one", "data: a\n\n", []string{"a"}},
		{"no blank", "data:a\n\n", []string{"a"}},
		{"line ends of Windows", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"several lines", "data: a\ndata: b\n\n", []string{"a\nb"}},
		{"other fields", ": hello\nevent: x\nid: 1\nretry: 3\ndata: a\n\n\n\n", []string{"a"}},
		{"no last line end", "data: a\n\ndata: b", []string{"a", "b"}},
		{"nothing", "\n\n: only comments\n\n", nil},
	} {
		var got []string
		err := readEvents(strings.NewReader(c.text), func(data []byte) error {
			got = append(got, string(data))
			return nil
		})
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestGathered(t *testing.T) {
	c := &conn{base: "http://h"}
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

func TestModelError(t *testing.T) {
	c := &conn{base: "http://h"}
	for said, want := range map[string]string{
		`"no credit"`:           "the model failed: no credit",
		`{"message":"bad key"}`: "the model failed: bad key",
		`{"message":"bad key","code":"invalid_key"}`: "the model failed: bad key",
		`{"message":"later","code":429}`:             "429 Too Many Requests: later",
		`{"type":"odd"}`:                             `the model failed: {"type":"odd"}`,
	} {
		body := json.RawMessage(`{"error":` + said + `}`)
		if err := c.modelError(body, json.RawMessage(said)); err.Error() != want {
			t.Errorf("%s is %q, want %q", said, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
	} {
		h := http.Header{}
		h.Set("Retry-After", text)
		if got := retryAfter(h, now); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// FuzzStream looks for streams that reading does not survive.
func FuzzStream(f *testing.F) {
	f.Add("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n")
	f.Add("data: {\"error\":{\"code\":429}}\n\n")
	f.Add("event: x\r\ndata:\r\n\r\n")
	f.Fuzz(func(t *testing.T, stream string) {
		c := &conn{base: "http://h"}
		var came strings.Builder
		answer, err := c.readStream(strings.NewReader(stream), func(text string) { came.WriteString(text) })
		if err == nil && !json.Valid(answer) {
			t.Errorf("%q gives %q", stream, answer)
		}
	})
}
