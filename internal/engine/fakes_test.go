package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// fakeModel is the model of testdata/vectors/README.md.
type fakeModel struct {
	mu    sync.Mutex
	calls []js.Value // request bodies without chat_id
}

func (f *fakeModel) Chat(_ context.Context, req engine.ChatRequest, _ func(string)) (json.RawMessage, error) {
	req.ChatID = ""
	body, err := req.MarshalJSON()
	if err != nil {
		return nil, err
	}
	v, err := js.Parse(string(body))
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.calls = append(f.calls, v)
	f.mu.Unlock()
	return fakeAnswer(req)
}

func fakeAnswer(req engine.ChatRequest) (json.RawMessage, error) {
	text := userText(req.Messages[len(req.Messages)-1])
	content := func(v any) (json.RawMessage, error) {
		return json.Marshal(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": v}}}})
	}
	if rest, ok := strings.CutPrefix(req.Model, "raw:"); ok { // raw:<status>:<body>
		status, body, _ := strings.Cut(rest, ":")
		if status == "200" {
			return json.RawMessage(body), nil
		}
		code, _ := strconv.Atoi(status)
		return nil, &engine.HTTPError{StatusCode: code, Reason: http.StatusText(code), Body: []byte(body)}
	}
	switch req.Model {
	case "err-http":
		return nil, &engine.HTTPError{StatusCode: 500, Reason: "Internal Server Error", Body: []byte(`{"detail":"boom"}`)}
	case "err-http-error":
		return nil, &engine.HTTPError{StatusCode: 400, Reason: "Bad Request", Body: []byte(`{"error":"bad model"}`)}
	case "err-http-errobj":
		return nil, &engine.HTTPError{StatusCode: 400, Reason: "Bad Request", Body: []byte(`{"error":{"message":"nested"}}`)}
	case "err-http-text":
		return nil, &engine.HTTPError{StatusCode: 502, Reason: "Bad Gateway", Body: []byte("upstream died")}
	case "err-http-empty":
		return nil, &engine.HTTPError{StatusCode: 503, Reason: "Service Unavailable"}
	case "err-null":
		return nil, &engine.HTTPError{}
	case "err-throw":
		return nil, errors.New("network down")
	case "err-throw-string":
		return nil, errors.New("plain string")
	case "err-throw-obj":
		return nil, errors.New(`{"code":7}`)
	case "bad-json":
		return json.RawMessage("not json"), nil
	case "fmt-messages":
		return json.Marshal(map[string]any{"messages": []any{
			map[string]any{"role": "user", "content": "q"},
			map[string]any{"role": "assistant", "content": engine.Text("MSG:" + text)},
		}})
	case "fmt-images":
		return json.RawMessage(`{"images":["img-one","img-two"]}`), nil
	case "fmt-data-url":
		return json.RawMessage(`{"data":[{"url":"http://x.test/a.png"}]}`), nil
	case "fmt-data-b64":
		return json.RawMessage(`{"data":[{"b64_json":"QUJD"}]}`), nil
	case "fmt-empty":
		return json.RawMessage(`{}`), nil
	case "fmt-noparts":
		return json.RawMessage(`{"choices":[]}`), nil
	case "null-content":
		return content(nil)
	case "empty-content":
		return content("")
	case "says-error":
		return content("Sorry, I was unable to generate it")
	case "says-file":
		return content("Here: ![x](/api/v1/files/abc-123/content) done")
	case "json-out":
		return content(`{"a":{"b":[1,2]},"s":"str"}`)
	case "obj-content":
		return content(map[string]any{"k": "v"})
	}
	return content(engine.Text("MODEL(" + req.Model + "):" + text))
}

func userText(m engine.Message) string {
	if m.Parts == nil {
		return m.Text
	}
	var parts []string
	for _, p := range m.Parts {
		if p.Image != "" {
			parts = append(parts, "["+p.Image+"]")
		} else {
			parts = append(parts, p.Text)
		}
	}
	return strings.Join(parts, "|")
}

// fakeFiles are the files of testdata/vectors/README.md.
type fakeFiles struct{}

var uuid = regexp.MustCompile(`^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$`)

func (fakeFiles) Content(_ context.Context, id string) (string, []byte, error) {
	switch {
	case strings.HasPrefix(id, "eeee"):
		return "", nil, &engine.HTTPError{StatusCode: 404, Reason: "Not Found"}
	case strings.HasPrefix(id, "bbbb"):
		return "video/mp4", []byte("BYTES"), nil
	}
	return "image/png", []byte("BYTES"), nil
}

func (fakeFiles) ContentType(_ context.Context, id string) (string, error) {
	switch {
	case strings.HasPrefix(id, "eeee"):
		return "", &engine.HTTPError{StatusCode: 404, Reason: "Not Found"}
	case strings.HasPrefix(id, "bbbb"):
		return "video/mp4", nil
	case uuid.MatchString(id):
		return "image/png", nil
	}
	return "", nil
}

func (fakeFiles) Upload(context.Context, string, string, string, []byte) (string, error) {
	return "uploaded-1", nil
}

// fakeKnowledge is the knowledge of testdata/vectors/README.md.
type fakeKnowledge struct{}

func (fakeKnowledge) Knowledge(_ context.Context, id string) (json.RawMessage, error) {
	switch id {
	case "kb-missing":
		return json.RawMessage("null"), nil
	case "kb-throw":
		return nil, errors.New("kb 404")
	case "kb-throw-string":
		return nil, &engine.HTTPError{StatusCode: http.StatusNotFound, Body: []byte(`{"detail":"a string"}`)}
	}
	return json.Marshal(map[string]string{"id": id, "name": "KB(" + id + ")"})
}

func (fakeKnowledge) QueryDoc(_ context.Context, collection, query string, k int) (json.RawMessage, error) {
	n := min(k, 3)
	if collection == "kb-empty" {
		n = 0
	}
	scores := []float64{0.1, 0.5, 0.9}
	if collection == "kb-half" { // turned around or not, they are the same
		scores = []float64{0.5, 0.5, 0.5}
	}
	if collection == "kb-raw" {
		return json.RawMessage(query), nil
	}
	documents, metadatas, distances := []engine.Text{}, []any{}, scores[:n]
	for i := range n {
		documents = append(documents, engine.Text(fmt.Sprintf("doc%d[%s]", i, query)))
		metadatas = append(metadatas, map[string]string{"source": fmt.Sprintf("s%d.txt", i)})
	}
	if collection == "kb-flat" || collection == "kb-half" || collection == "kb-empty" {
		return json.Marshal(map[string]any{"documents": documents, "metadatas": metadatas, "distances": distances})
	}
	return json.Marshal(map[string]any{"documents": []any{documents}, "metadatas": []any{metadatas}, "distances": []any{distances}})
}

// fakeSearch is the web of testdata/vectors/README.md.
type fakeSearch struct{}

func (fakeSearch) Search(_ context.Context, query string) (json.RawMessage, error) {
	switch query {
	case "throw":
		return nil, &engine.HTTPError{StatusCode: 400, Body: []byte(`{"detail":"search engine down"}`)}
	case "throw-array":
		return nil, &engine.HTTPError{StatusCode: 422, Body: []byte(`{"detail":[{"msg":"m1"},{"loc":1}]}`)}
	case "nostatus":
		return json.RawMessage(`{}`), nil
	}
	return json.RawMessage(`{"status":true,"collection_name":"web-search-1","filenames":["http://a.test/1","http://b.test/2"]}`), nil
}

func (fakeSearch) QueryCollection(_ context.Context, collections json.RawMessage, query string, k int) (json.RawMessage, error) {
	var names []string
	if json.Unmarshal(collections, &names) != nil {
		return nil, &engine.HTTPError{StatusCode: 422, Body: []byte(`{"detail":[{"type":"list_type","loc":["body","collection_names"],"msg":"Input should be a valid list"}]}`)}
	}
	if query == "collfail" {
		return nil, errors.New("collection query failed")
	}
	n := min(k, 2)
	if query == "none" {
		n = 0
	}
	documents := []engine.Text{engine.Text("content one " + query), engine.Text("content two " + query)}[:n]
	metadatas := []any{
		map[string]string{"title": "T1", "source": "http://a.test/1"},
		map[string]string{"source": "http://b.test/2"},
	}[:n]
	return json.Marshal(map[string]any{"documents": []any{documents}, "metadatas": []any{metadatas}})
}

func (fakeSearch) Page(_ context.Context, url string) (json.RawMessage, error) {
	return json.Marshal(map[string]any{"status": true, "collection_name": "web-page-1", "file": map[string]any{
		"data": map[string]string{"content": "PAGE " + url},
		"meta": map[string]string{"name": "page", "source": url},
	}})
}

// fakeServices are all of them.
func fakeServices() (engine.Services, *fakeModel) {
	m := &fakeModel{}
	return engine.Services{Model: m, Retriever: fakeKnowledge{}, Searcher: fakeSearch{}, Files: fakeFiles{}}, m
}

// prompts are the texts that the model was asked, sorted, for runs whose order
// is not of interest.
func (f *fakeModel) prompts() []string {
	var asked []string
	for _, c := range f.calls {
		asked = append(asked, js.Text(js.Get(js.Get(js.Get(c, "messages"), "0"), "content")))
	}
	slices.Sort(asked)
	return asked
}
