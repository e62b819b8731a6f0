package provider

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
)

// lastModel keeps what it was asked.
type lastModel struct{ asked int }

func (m *lastModel) Chat(context.Context, engine.ChatRequest, func(string)) (json.RawMessage, error) {
	m.asked++
	return json.RawMessage(`{}`), nil
}

func TestOwnImages(t *testing.T) {
	for image, want := range map[string]bool{
		"": true, "data:image/png;base64,AA==": true, "/api/v1/files/1/content": true,
		"http://10.0.0.1/x.png": false, "https://example.com/x.png": false, "DATA:x": false, "file:///etc/passwd": false,
		"/api/v1/files/../../secret": false, "/other": false,
	} {
		m := &lastModel{}
		req := engine.ChatRequest{Messages: []engine.Message{{Parts: []engine.Part{{Text: "look"}, {Image: image}}}}}
		if _, err := OwnImages(m).Chat(t.Context(), req, nil); (err == nil) != want || (m.asked == 1) != want {
			t.Errorf("%q: %v, asked %d times", image, err, m.asked)
		}
	}
}
