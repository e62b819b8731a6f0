package engine

import (
	"context"
	"encoding/json"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Services are what a run calls. One that no node of the flow needs may be nil.
type Services struct {
	Model     ChatModel
	Retriever Retriever
	Searcher  Searcher
	Files     Files
}

// ChatModel answers chat completions. Its methods, like those of the other
// services, are called side by side; they return soon after ctx ends. An answer
// that is not a success is an *[HTTPError], one that did not come whole a *[LostError].
type ChatModel interface {
	// Chat returns the whole answer as the JSON of a chat completion: choices, or
	// one of the other forms that the editor's executor knows (messages, images,
	// data). Of a streamed answer it is put together, a reported error, refusal and
	// finish reason included. Whether it is an answer is for the engine to judge.
	// delta, if not nil, takes the text as it comes.
	Chat(ctx context.Context, req ChatRequest, delta func(text string)) (json.RawMessage, error)
}

// Retriever queries knowledge bases. The answers are the backend's JSON.
type Retriever interface {
	// Knowledge is GET /api/v1/knowledge/{id}.
	Knowledge(ctx context.Context, id string) (json.RawMessage, error)
	// QueryDoc is POST /api/v1/retrieval/query/doc.
	QueryDoc(ctx context.Context, collection, query string, k int) (json.RawMessage, error)
}

// Searcher searches the web. The answers are the backend's JSON.
type Searcher interface {
	// Search is POST /api/v1/retrieval/process/web/search.
	Search(ctx context.Context, query string) (json.RawMessage, error)
	// QueryCollection is POST /api/v1/retrieval/query/collection. The collections are
	// what is sent as collection_names, a list of names where the call is to succeed;
	// nil leaves it out.
	QueryCollection(ctx context.Context, collections json.RawMessage, query string, k int) (json.RawMessage, error)
	// Page is POST /api/v1/retrieval/process/web.
	Page(ctx context.Context, url string) (json.RawMessage, error)
}

// Files is the backend's store of files.
type Files interface {
	// Content is GET /api/v1/files/{id}/content; contentType may be "".
	Content(ctx context.Context, id string) (contentType string, data []byte, err error)
	// ContentType is meta.content_type of GET /api/v1/files/{id}, "" if it has
	// none.
	ContentType(ctx context.Context, id string) (string, error)
	// Upload is POST /api/v1/files/ with the metadata {"source":"flow","type":
	// fileType}; it returns the new file's id.
	Upload(ctx context.Context, name, contentType, fileType string, data []byte) (id string, err error)
}

// Text is a text that is written as JSON the way a browser does: half of a
// surrogate pair is escaped, and does not become another character.
type Text string

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return js.AppendJSON(nil, js.String(t)), nil }
