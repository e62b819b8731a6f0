package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/modeltest"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// startBackend starts a backend that behaves like the real one, with a user whose
// token is the secret and who has all that there is.
func startBackend(t *testing.T, opts Options) (*Backend, *clienttest.Backend) {
	t.Helper()
	picture := clienttest.Picture()
	picture.Owner = "u"
	s := clienttest.New(clienttest.Options{
		Users: []clienttest.User{{ID: "u", Role: "user", Token: secret}},
		Files: []clienttest.File{picture}, Chat: modeltest.New(),
	})
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	opts.Token = secret
	b, err := NewBackend(web.URL, opts)
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

// runModel runs a flow of an input, a model and an output.
func runModel(t *testing.T, m engine.ChatModel, model string) (string, error) {
	t.Helper()
	spec, err := flow.ParseSpec([]byte(`{"nodes":[{"id":"in","type":"input","data":{"value":"hello"}},` +
		`{"id":"m","type":"model","data":{"modelId":"` + model + `","prompt":"{{input}}"}},{"id":"out","type":"output","data":{}}],` +
		`"edges":[{"id":"a","source":"in","target":"m"},{"id":"b","source":"m","target":"out"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := engine.Run(t.Context(), spec, engine.Options{
		Services: engine.Services{Model: m}, RetryWait: time.Millisecond, Events: func(flow.Event) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Errors) > 0 {
		return "", res.Errors[0].Err
	}
	return string(res.Outputs[0].Value), nil
}

// TestBackendCalls looks at the requests, which engine.md lists.
func TestBackendCalls(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		call func(*Backend) (json.RawMessage, error)
		want clienttest.Request
		part string // of the answer
	}{
		{
			func(b *Backend) (json.RawMessage, error) { return b.Chat(ctx, question("m", false), nil) },
			clienttest.Request{Method: "POST", Path: "/api/chat/completions", Body: `{"model":"m","messages":[{"role":"user","content":"how are you"}],"stream":false,"session_id":"flow-execution","chat_id":"local:1","temperature":0.20}`},
			"MODEL(m): how are you",
		}, {
			func(b *Backend) (json.RawMessage, error) { return b.Knowledge(ctx, "kb-1") },
			clienttest.Request{Method: "GET", Path: "/api/v1/knowledge/kb-1"}, "Handbook",
		}, {
			func(b *Backend) (json.RawMessage, error) { return b.QueryDoc(ctx, "kb-1", "<q>", 3) },
			clienttest.Request{Method: "POST", Path: "/api/v1/retrieval/query/doc", Body: `{"collection_name":"kb-1","query":"<q>","k":3}`}, "0.91",
		}, {
			func(b *Backend) (json.RawMessage, error) { return b.Search(ctx, "q") },
			clienttest.Request{Method: "POST", Path: "/api/v1/retrieval/process/web/search", Body: `{"queries":["q"],"collection_name":""}`}, "collection_names",
		}, {
			func(b *Backend) (json.RawMessage, error) {
				return b.QueryCollection(ctx, json.RawMessage(`["kb-1"]`), "q", 5)
			},
			clienttest.Request{Method: "POST", Path: "/api/v1/retrieval/query/collection", Body: `{"collection_names":["kb-1"],"query":"q","k":5}`}, "distances",
		}, {
			func(b *Backend) (json.RawMessage, error) { return b.Page(ctx, "https://a.test/?a&b") },
			clienttest.Request{Method: "POST", Path: "/api/v1/retrieval/process/web", Body: `{"url":"https://a.test/?a&b","collection_name":""}`}, "the page https://a.test/",
		},
	} {
		b, s := startBackend(t, Options{})
		answer, err := c.call(b)
		if err != nil {
			t.Errorf("%s: %v", c.want.Path, err)
			continue
		}
		c.want.Authorization = "Bearer " + secret
		if got := s.Asked()[0]; got != c.want {
			t.Errorf("the request is\n%+v\nwant\n%+v", got, c.want)
		}
		if !strings.Contains(string(answer), c.part) {
			t.Errorf("%s: the answer is %s, want %q in it", c.want.Path, answer, c.part)
		}
	}
}

func TestFiles(t *testing.T) {
	b, s := startBackend(t, Options{})
	kind, data, err := b.Content(t.Context(), "image-1")
	if kind != "image/png" || string(data) != "PIXELS" || err != nil {
		t.Errorf("the content is %q of type %q, %v", data, kind, err)
	}
	if kind, err = b.ContentType(t.Context(), "image-1"); kind != "image/png" || err != nil {
		t.Errorf("the type is %q, %v", kind, err)
	}
	id, err := b.Upload(t.Context(), "flow-output.png", "image/png", "image", []byte("BYTES"))
	if id == "" || err != nil {
		t.Errorf("the upload returns %q, %v", id, err)
	}
	sent := s.Asked()[2].Body
	for _, want := range []string{`filename=flow-output.png`, "Content-Type: image/png\r\n\r\nBYTES\r\n", `name="metadata"`, `{"source":"flow","type":"image"}`} {
		if !strings.Contains(sent, want) {
			t.Errorf("the form has no %q:\n%s", want, sent)
		}
	}
	var answer *engine.HTTPError
	if _, _, err := b.Content(t.Context(), "gone"); !errors.As(err, &answer) || answer.StatusCode != 404 {
		t.Errorf("a file that is not there returns %v", err)
	}
}

// TestForeignPaths sees to it that an id in a flow leads nowhere else.
func TestForeignPaths(t *testing.T) {
	b, s := startBackend(t, Options{})
	for _, id := range []string{"..", ".", "", "../auths", "a/../b", "a?b=c", "a#b"} {
		_, err := b.Knowledge(t.Context(), id)
		if err == nil {
			t.Errorf("the id %q was found", id)
		}
	}
	for _, r := range s.Asked() {
		if !strings.HasPrefix(r.Path, "/api/v1/knowledge/") || strings.HasSuffix(r.Path, "/..") {
			t.Errorf("asked for %s", r.Path)
		}
	}
}

func TestWebPage(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<html>"))
	}))
	defer web.Close()
	b, err := NewBackend(web.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Knowledge(t.Context(), "kb"); err == nil || !strings.Contains(err.Error(), "answers GET /api/v1/knowledge/kb with a web page") {
		t.Errorf("the error is %v", err)
	}
}

func TestDebug(t *testing.T) {
	var log bytes.Buffer
	b, _ := startBackend(t, Options{Debug: &log})
	if _, err := b.Chat(t.Context(), question("down", false), nil); err == nil {
		t.Error("no error")
	}
	if line := log.String(); !strings.HasPrefix(line, "POST http://127.0.0.1:") || !strings.Contains(line, "/api/chat/completions 500 ") || strings.Contains(line, secret) {
		t.Errorf("the log is %q", line)
	}
}
