package engine

import (
	"context"
	"encoding/json"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Services are the services that a run calls. A service that the flow does not need may be
// nil.
type Services struct {
	Model     ChatModel
	Retriever Retriever
	Searcher  Searcher
	Files     Files
}

// ChatModel answers chat completions. Like those of the other services, its methods are called
// concurrently, and return soon after ctx ends. An answer with a status other than 2xx is an
// *[HTTPError], an incomplete one a *[LostError].
type ChatModel interface {
	// Chat returns the whole answer as the JSON of a chat completion: with choices, or one
	// of the other forms that the editor's executor knows (messages, images, data). From a
	// stream it makes the same JSON, errors, refusals and finish reasons included. The
	// engine checks the answer. delta, if not nil, is called with the text as it arrives.
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

// Text is a text that is written as JSON as JavaScript does: half of a
// surrogate pair is escaped, and does not become another character.
type Text string

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return js.AppendJSON(nil, js.String(t)), nil }

// ChatRequest is one call of a model. Its JSON is the body of POST
// /api/chat/completions.
type ChatRequest struct {
	Model     string
	Messages  []Message
	Stream    bool
	SessionID string    // unknown to others than the backend; left out if ""
	ChatID    string    // the same
	Settings  []Setting // temperature and the like, in the order in which they are sent
}

// Setting is a member of the request such as temperature.
type Setting struct {
	Name  string
	Value json.RawMessage
}

// Message is one message of a chat: a text, or parts.
type Message struct {
	Role   string
	Text   string   // the content of a message without parts
	Parts  []Part   // the content as an array
	Images []string // ids of files, which the backend's pipelines look for here
}

// Part is a text or an image of a message.
type Part struct {
	Text  string
	Image string // URL: https:, data: or a path on the backend; "" makes it a text
}

// MarshalJSON returns the request's body.
func (r ChatRequest) MarshalJSON() ([]byte, error) {
	messages := make(js.Array, len(r.Messages))
	for i, m := range r.Messages {
		messages[i] = m.value()
	}
	body := js.Object{
		{Key: "model", Value: js.String(r.Model)},
		{Key: "messages", Value: messages},
		{Key: "stream", Value: js.Bool(r.Stream)},
	}
	if r.SessionID != "" {
		body = append(body, js.Member{Key: "session_id", Value: js.String(r.SessionID)})
	}
	if r.ChatID != "" {
		body = append(body, js.Member{Key: "chat_id", Value: js.String(r.ChatID)})
	}
	for _, s := range r.Settings {
		v, err := js.ParseExact(string(s.Value))
		if err != nil {
			return nil, err
		}
		body = append(body, js.Member{Key: s.Name, Value: v})
	}
	return js.AppendJSON(nil, body), nil
}

func (m Message) value() js.Value {
	v := js.Object{{Key: "role", Value: js.String(m.Role)}, {Key: "content", Value: js.String(m.Text)}}
	if m.Parts != nil {
		parts := make(js.Array, len(m.Parts))
		for i, p := range m.Parts {
			parts[i] = p.value()
		}
		v[1].Value = parts
	}
	if m.Images != nil {
		images := make(js.Array, len(m.Images))
		for i, id := range m.Images {
			images[i] = js.String(id)
		}
		v = append(v, js.Member{Key: "images", Value: images})
	}
	return v
}

func (p Part) value() js.Value {
	if p.Image == "" {
		return js.Object{{Key: "type", Value: js.String("text")}, {Key: "text", Value: js.String(p.Text)}}
	}
	return js.Object{
		{Key: "type", Value: js.String("image_url")},
		{Key: "image_url", Value: js.Object{{Key: "url", Value: js.String(p.Image)}}},
	}
}
