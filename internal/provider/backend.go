package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// Backend is a flows backend, whose models, knowledge bases, web search and files
// a run may use.
type Backend struct{ conn *conn }

// NewBackend returns the backend at baseURL, the address that flows are kept at.
func NewBackend(baseURL string, opts Options) (*Backend, error) {
	c, err := newConn("the server", "https://chat.example.com", baseURL, opts)
	if err != nil {
		return nil, err
	}
	c.name = "the backend"
	return &Backend{c}, nil
}

// Services is all that the backend offers.
func (b *Backend) Services() engine.Services {
	return engine.Services{Model: b, Retriever: b, Searcher: b, Files: b}
}

// Chat implements [engine.ChatModel].
func (b *Backend) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	answer, err := b.conn.chat(ctx, "/api/chat/completions", req, delta)
	return answer, b.lacking(err, "models")
}

// lacking is err with what the server lacks if it does not know the path. A backend has
// it, and answers 400 for a model that it does not have (main.py, chat_completion).
func (b *Backend) lacking(err error, what string) error {
	if IsLacking(err) {
		return fmt.Errorf("%s has no %s: %w", b.conn.host(), what, err)
	}
	return err
}

// IsLacking reports whether err is the answer of a server that does not offer what was
// asked of it at all, as 'flowctl server' has no models: 404, in the words of FastAPI.
func IsLacking(err error) bool {
	var refused *engine.HTTPError
	return errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound && bytes.Contains(refused.Body, []byte(`"Not Found"`))
}

// errNoID is the error of an id that would ask for a list of all.
var errNoID = errors.New("the flow names an id that is empty")

// Knowledge implements [engine.Retriever]. The backend answers 401 for what is not
// there (routers/knowledge.py, get_knowledge_by_id).
func (b *Backend) Knowledge(ctx context.Context, id string) (json.RawMessage, error) {
	if id == "" {
		return nil, errNoID
	}
	answer, err := b.get(ctx, "/api/v1/knowledge/"+url.PathEscape(id))
	var refused *engine.HTTPError
	if errors.As(err, &refused) && refused.StatusCode == http.StatusUnauthorized && bytes.Contains(refused.Body, []byte("could not find")) {
		err = fmt.Errorf("%w; the server has no knowledge base %q", err, id)
	}
	return answer, err
}

// QueryDoc implements [engine.Retriever].
func (b *Backend) QueryDoc(ctx context.Context, collection, query string, k int) (json.RawMessage, error) {
	return b.post(ctx, "/api/v1/retrieval/query/doc", struct {
		Collection string      `json:"collection_name"`
		Query      engine.Text `json:"query"`
		K          int         `json:"k"`
	}{collection, engine.Text(query), k})
}

// Search implements [engine.Searcher].
func (b *Backend) Search(ctx context.Context, query string) (json.RawMessage, error) {
	return b.post(ctx, "/api/v1/retrieval/process/web/search", struct {
		Queries    []engine.Text `json:"queries"`
		Collection string        `json:"collection_name"`
	}{[]engine.Text{engine.Text(query)}, ""})
}

// QueryCollection implements [engine.Searcher].
func (b *Backend) QueryCollection(ctx context.Context, collections json.RawMessage, query string, k int) (json.RawMessage, error) {
	return b.post(ctx, "/api/v1/retrieval/query/collection", struct {
		Collections json.RawMessage `json:"collection_names,omitempty"`
		Query       engine.Text     `json:"query"`
		K           int             `json:"k"`
	}{collections, engine.Text(query), k})
}

// Page implements [engine.Searcher].
func (b *Backend) Page(ctx context.Context, address string) (json.RawMessage, error) {
	return b.post(ctx, "/api/v1/retrieval/process/web", struct {
		URL        engine.Text `json:"url"`
		Collection string      `json:"collection_name"`
	}{engine.Text(address), ""})
}

func (b *Backend) get(ctx context.Context, path string) (json.RawMessage, error) {
	return b.call(ctx, request{method: http.MethodGet, path: path})
}

func (b *Backend) post(ctx context.Context, path string, body any) (json.RawMessage, error) {
	text, err := rawjson.Encode(body)
	if err != nil {
		return nil, err
	}
	return b.call(ctx, request{method: http.MethodPost, path: path, body: text, contentType: "application/json"})
}

// call returns the JSON of an answer.
func (b *Backend) call(ctx context.Context, r request) (json.RawMessage, error) {
	r.accept = "application/json"
	resp, err := b.conn.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := b.conn.read(resp.Body)
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		// Behind a front end a path that is not there is a page, and a success.
		return nil, fmt.Errorf("%s answers %s %s with a web page; it has no such service, or its address is another", b.conn.host(), r.method, r.path)
	}
	return answer, nil
}
