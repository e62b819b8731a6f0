package provider

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
)

// EchoURL is the address of the model that answers with what it is asked,
// without a network; see [engine.Echo].
const EchoURL = "echo:"

// NewModel gives the models behind an OpenAI-compatible base URL, such as
// "https://api.openai.com/v1" or "http://localhost:11434", where /v1 is meant if
// there is no path; and for [EchoURL] the echo.
func NewModel(baseURL string, opts Options) (engine.ChatModel, error) {
	if strings.TrimSpace(baseURL) == EchoURL {
		return engine.Echo{}, nil
	}
	c, err := newConn("the model", "https://example.com/v1", strings.TrimSuffix(strings.TrimRight(baseURL, "/"), "/chat/completions"), opts)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(c.base); err == nil && u.Path == "" {
		c.base += "/v1"
	}
	return &openAI{c}, nil
}

// openAI is an OpenAI-compatible server.
type openAI struct{ conn *conn }

// Chat implements [engine.ChatModel].
func (m *openAI) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	req.SessionID, req.ChatID = "", "" // the backend's own; OpenAI refuses what it does not know
	return m.conn.chat(ctx, "/chat/completions", req, delta)
}

// chat calls a model and gives its whole answer.
func (c *conn) chat(ctx context.Context, path string, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	if !req.Stream {
		return c.chatOnce(ctx, path, req, delta)
	}
	counted := req
	counted.Settings = slices.Concat(req.Settings,
		[]engine.Setting{{Name: usageOption, Value: json.RawMessage(`{"include_usage":true}`)}})
	body, err := c.chatOnce(ctx, path, counted, delta)
	if refusesUsage(err) {
		return c.chatOnce(ctx, path, req, delta)
	}
	return body, err
}

// usageOption asks for the tokens at the end of a stream. Some servers do not
// know it and say so.
const usageOption = "stream_options"

func refusesUsage(err error) bool {
	var answer *engine.HTTPError
	return errors.As(err, &answer) && strings.Contains(string(answer.Body), usageOption) &&
		(answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity)
}

func (c *conn) chatOnce(ctx context.Context, path string, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	body, err := req.MarshalJSON()
	if err != nil {
		return nil, err
	}
	accept := "application/json"
	if req.Stream {
		accept = "text/event-stream, application/json"
	}
	resp, err := c.do(ctx, request{
		method: http.MethodPost, path: path, body: body, contentType: "application/json", accept: accept,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	// What comes decides, not what was asked for: some servers always stream, others never do.
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/event-stream" {
		return c.readStream(resp.Body, delta)
	}
	answer, err := c.read(resp.Body)
	if err != nil {
		return nil, err
	}
	return c.wholeAnswer(answer, delta)
}

// wholeAnswer looks at an answer that came at once. Its text is all there is to
// tell of its growing.
func (c *conn) wholeAnswer(answer []byte, delta func(string)) (json.RawMessage, error) {
	var said struct {
		Choices []struct{ Message struct{ Content any } }
		Error   json.RawMessage
	}
	isCompletion := json.Unmarshal(answer, &said) == nil // if not, the engine judges it
	if isCompletion && len(said.Choices) == 0 && isSaid(said.Error) {
		return nil, c.modelError(answer, said.Error)
	}
	if isCompletion && delta != nil && len(said.Choices) > 0 {
		if text, ok := said.Choices[0].Message.Content.(string); ok && text != "" {
			delta(text)
		}
	}
	return answer, nil
}
