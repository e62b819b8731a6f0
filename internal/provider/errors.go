package provider

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
)

// streamError is a failure that the other side tells, or shows, after it has
// answered 200.
type streamError struct{ msg string }

func (e *streamError) Error() string { return e.msg }

// isSaid tells whether a member is there and not null.
func isSaid(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// modelError is what the "error" member of an answer says. One that names the
// status of a failed call is that failure, so that it can be tried again; body is
// the whole answer.
func (c *conn) modelError(body, said json.RawMessage) error {
	var about struct {
		Message string
		Code    json.Number
	}
	text := ""
	switch {
	case json.Unmarshal(said, &text) == nil:
	case json.Unmarshal(said, &about) == nil && about.Message != "":
		text = about.Message
	default: // its code is no number, or it has no message
		var loose struct{ Message string }
		if text = string(said); json.Unmarshal(said, &loose) == nil && loose.Message != "" {
			text = loose.Message
		}
	}
	if code, err := about.Code.Int64(); err == nil && 400 <= code && code <= 599 {
		return &engine.HTTPError{StatusCode: int(code), Reason: http.StatusText(int(code)), Body: []byte(c.redact(string(body)))}
	}
	return &streamError{"the model failed: " + c.redact(strings.TrimSpace(text))}
}
