package engine

import (
	"encoding/json"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// ChatRequest is one call of a model. Its JSON is the body of POST
// /api/chat/completions.
type ChatRequest struct {
	Model     string
	Messages  []Message
	Stream    bool
	SessionID string    // the browser's, unknown to others than the backend; left out if ""
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
	Text   string   // the content, if there are no parts
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
