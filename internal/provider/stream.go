package provider

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
)

// readStream reads a streamed completion (server-sent events) and puts the whole
// answer together.
func (c *conn) readStream(body io.Reader, delta func(string)) (json.RawMessage, error) {
	g := &gathered{delta: delta}
	err := readEvents(io.LimitReader(body, maxAnswer), func(data []byte) error { return g.take(c, data) })
	switch {
	case errors.Is(err, errDone):
	case errors.As(err, new(*streamError)), errors.As(err, new(*engine.HTTPError)):
		return nil, err
	case err != nil:
		return nil, c.brokeOff(err)
	case !g.finished: // some servers end with the reason why they finished, and no [DONE]
		return nil, c.brokeOff(io.ErrUnexpectedEOF)
	}
	return g.answer()
}

// errDone ends a stream that has said [DONE].
var errDone = errors.New("done")

// readEvents calls take with the data of every event. Comments and the other
// fields mean nothing here.
func readEvents(r io.Reader, take func(data []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4<<10), maxAnswer)
	var data []byte
	for lines.Scan() {
		line := lines.Bytes()
		if value, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(value, []byte(" "))...)
			continue
		}
		if len(line) > 0 || data == nil {
			continue
		}
		if err := take(data); err != nil {
			return err
		}
		data = nil
	}
	if lines.Err() == nil && data != nil { // a last event without its blank line
		return take(data)
	}
	return lines.Err()
}

// gathered is what has come of a streamed answer.
type gathered struct {
	delta    func(string)
	text     strings.Builder
	model    string
	reason   string // why it finished
	finished bool
	usage    json.RawMessage
	images   json.RawMessage // the other forms of an answer, which come whole
	data     json.RawMessage
}

// chunk is the data of one event.
type chunk struct {
	Model   string
	Choices []struct {
		Index int
		Delta struct {
			Content content
		}
		FinishReason string `json:"finish_reason"`
	}
	Usage, Images, Data, Error json.RawMessage
}

// content is the text of a message: a string, or the texts of its parts.
type content string

// UnmarshalJSON reads either; anything else says nothing.
func (c *content) UnmarshalJSON(data []byte) error {
	var text string
	var parts []struct{ Text string }
	switch {
	case json.Unmarshal(data, &text) == nil:
	case json.Unmarshal(data, &parts) == nil:
		for _, p := range parts {
			text += p.Text
		}
	}
	*c = content(text)
	return nil
}

// take reads one event.
func (g *gathered) take(c *conn, data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "[DONE]" {
		return errDone
	}
	var k chunk
	if err := json.Unmarshal(data, &k); err != nil {
		return &streamError{fmt.Sprintf("the stream from %s has an event that is no piece of an answer: %.100q", c.host(), c.redact(string(data)))}
	}
	if isSaid(k.Error) {
		return c.modelError(data, k.Error)
	}
	for _, choice := range k.Choices {
		if choice.Index != 0 {
			continue
		}
		if text := string(choice.Delta.Content); text != "" {
			g.text.WriteString(text)
			if g.delta != nil {
				g.delta(text)
			}
		}
		if choice.FinishReason != "" {
			g.finished, g.reason = true, choice.FinishReason
		}
	}
	if k.Model != "" {
		g.model = k.Model
	}
	keep(&g.usage, k.Usage)
	keep(&g.images, k.Images)
	keep(&g.data, k.Data)
	return nil
}

func keep(to *json.RawMessage, said json.RawMessage) {
	if isSaid(said) {
		*to = said
	}
}

// completion is a chat completion as far as the engine reads it.
type completion struct {
	Object  string             `json:"object"`
	Model   string             `json:"model,omitempty"`
	Images  json.RawMessage    `json:"images,omitempty"`
	Choices []completionChoice `json:"choices,omitempty"`
	Data    json.RawMessage    `json:"data,omitempty"`
	Usage   json.RawMessage    `json:"usage,omitempty"`
}

type completionChoice struct {
	Index   int `json:"index"`
	Message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"message"`
	FinishReason string `json:"finish_reason,omitempty"`
}

// answer is the whole as if it had not been streamed.
func (g *gathered) answer() (json.RawMessage, error) {
	whole := completion{Object: "chat.completion", Model: g.model, Images: g.images, Data: g.data, Usage: g.usage}
	if g.text.Len() > 0 || g.images == nil && g.data == nil {
		choice := completionChoice{FinishReason: g.reason}
		choice.Message.Role, choice.Message.Content = "assistant", g.text.String()
		whole.Choices = []completionChoice{choice}
	}
	return json.Marshal(whole)
}
