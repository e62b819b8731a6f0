package provider

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/modeltest"
)

const secret = "sk-very-secret"

// startModel returns the models of a real server over HTTP.
func startModel(t *testing.T) (engine.ChatModel, *modeltest.Server) {
	t.Helper()
	s := modeltest.New()
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	m, err := NewModel(web.URL, Options{Token: secret, Silence: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

func question(model string, stream bool) engine.ChatRequest {
	return engine.ChatRequest{
		Model: model, Stream: stream, SessionID: "flow-execution", ChatID: "local:1",
		Messages: []engine.Message{{Role: "user", Text: "how are you"}},
		Settings: []engine.Setting{{Name: "temperature", Value: json.RawMessage("0.20")}},
	}
}

// said is what a completion says, and its tokens.
func said(t *testing.T, answer json.RawMessage) (text string, tokens int) {
	t.Helper()
	var c struct {
		Choices []struct{ Message struct{ Content string } }
		Usage   struct {
			Total int `json:"total_tokens"`
		}
	}
	if err := json.Unmarshal(answer, &c); err != nil || len(c.Choices) != 1 {
		t.Fatalf("the answer is %s (%v), want one choice", answer, err)
	}
	return c.Choices[0].Message.Content, c.Usage.Total
}
