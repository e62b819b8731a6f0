package provider

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/httpx"
)

// EchoURL is the address of the model that answers with what it is asked,
// without a network; see [engine.Echo].
const EchoURL = "echo:"

// NewModel returns the models at an OpenAI-compatible base URL, such as
// "https://api.openai.com/v1" or "http://localhost:11434", where /v1 is meant if
// there is no path; and for [EchoURL] the echo.
func NewModel(baseURL string, opts Options) (engine.ChatModel, error) {
	if strings.TrimSpace(baseURL) == EchoURL {
		return engine.Echo{}, nil
	}
	base, query, _ := strings.Cut(strings.TrimSpace(baseURL), "?") // Azure's addresses have ?api-version=
	c, err := newConn("the model", "https://example.com/v1", strings.TrimSuffix(strings.TrimRight(base, "/"), "/chat/completions"), opts)
	if err != nil {
		return nil, err
	}
	if c.query, err = url.ParseQuery(query); err != nil || strings.Contains(query, "#") {
		return nil, errors.New("the address of the model has a query that cannot be read; write it like https://example.com/v1?name=value")
	}
	var hidden []string
	for name, values := range c.query {
		if name != versionParameter {
			hidden = append(hidden, values...)
		}
	}
	c.hide(hidden...)
	if c.base.Path == "" {
		c.base.Path = "/v1"
	}
	return &openAI{c}, nil
}

// versionParameter is the parameter of Azure's addresses that is not a secret.
const versionParameter = "api-version"

// openAI is an OpenAI-compatible server.
type openAI struct{ conn *conn }

// Chat implements [engine.ChatModel].
func (m *openAI) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	req.SessionID, req.ChatID = "", "" // the backend's own; OpenAI refuses what it does not know
	return m.conn.chat(ctx, "/chat/completions", req, delta)
}

// chat calls a model and returns its whole answer. What the server does not know is
// left out or named otherwise in a second request, and in all later ones.
func (c *conn) chat(ctx context.Context, path string, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	var speaks dialect
	if v, ok := c.learned.Load(req.Model); ok {
		speaks = v.(dialect)
	}
	for {
		body, err := c.chatOnce(ctx, path, speaks.request(req), delta)
		next := speaks.after(err, req)
		if next == speaks {
			return body, err
		}
		speaks = next
		c.learned.Store(req.Model, speaks)
	}
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
	// What comes decides, not what was asked for or what it is called: some servers
	// always stream, others never do, and proxies change the content type.
	reader := bufio.NewReader(resp.Body)
	switch first, err := firstByte(reader); {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, c.brokeOff(err)
	case err == nil && first != '{' && first != '<' && (isEventField(reader) || isEvents(resp.Header)):
		return c.readStream(reader, delta)
	}
	answer, err := c.read(reader)
	if err != nil {
		return nil, err
	}
	return c.wholeAnswer(resp.Header, answer, delta)
}

// firstByte returns the first byte of an answer that is not a blank, and leaves it to be
// read. It waits for it.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.Peek(1)
		if err != nil {
			return 0, err
		}
		if b[0] != ' ' && b[0] != '\n' && b[0] != '\r' && b[0] != '\t' {
			return b[0], nil
		}
		_, _ = r.Discard(1)
	}
}

// isEventField reports whether an answer that has begun does so with a line of
// server-sent events.
func isEventField(r *bufio.Reader) bool {
	begin, _ := r.Peek(r.Buffered())
	for _, field := range []string{"data:", "event:", "error:", "id:", "retry:", ":"} {
		if bytes.HasPrefix(begin, []byte(field)) {
			return true
		}
	}
	return false
}

func isEvents(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "text/event-stream"
}

// wholeAnswer looks at an answer that came at once. delta gets its text in
// one piece. Whether it is an answer is for the engine to judge.
func (c *conn) wholeAnswer(h http.Header, answer []byte, delta func(string)) (json.RawMessage, error) {
	answer = bytes.TrimPrefix(answer, []byte("\xef\xbb\xbf"))
	if httpx.IsPage(answer) || len(bytes.TrimSpace(answer)) == 0 || !json.Valid(answer) && bytes.Count(bytes.TrimSpace(answer), []byte("\n{")) > 0 {
		return nil, fmt.Errorf("the answer from %s%s is not JSON but %s; check the address of the model: there is no OpenAI-compatible API below it (most end with /v1)",
			c.host(), c.via(), httpx.Printable(c.redact(httpx.Describe(h, answer)), 300))
	}
	var said completion
	_ = json.Unmarshal(answer, &said) // what cannot be read is not shown growing
	failed := said.Object == "error" || isSaid(said.Error)
	for _, at := range said.Choices {
		failed = failed || isSaid(at.Error)
	}
	if failed || len(said.Choices) == 0 { // the server's words, which may repeat the token
		return json.RawMessage(c.redact(string(answer))), nil
	}
	if text := said.Choices[0].piece().Content; delta != nil && text != "" {
		delta(string(text))
	}
	return answer, nil
}
