package engine

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// HTTPError is an answer of a service that is no success.
type HTTPError struct {
	StatusCode int
	Reason     string        // the reason phrase of the answer, "" if it had none
	Body       []byte        // the answer's body, or its start
	RetryAfter time.Duration // what the answer asked to wait, 0 if it did not
}

func (e *HTTPError) Error() string {
	text := fmt.Sprintf("%d %s", e.StatusCode, e.Reason)
	if e.Reason == "" {
		text = fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	}
	if detail := e.detail(); detail != "" {
		text += ": " + detail
	}
	return strings.TrimSpace(text)
}

// detail is what the body says in words: "detail", "error" or "error.message"
// of a JSON object, else its text, shortened.
func (e *HTTPError) detail() string {
	body := js.Trim(string(e.Body))
	v, err := js.Parse(body)
	if err != nil {
		return js.Substring(body, 300)
	}
	for _, said := range []js.Value{js.Get(v, "detail"), js.Get(js.Get(v, "error"), "message"), js.Get(v, "error")} {
		if js.Truthy(said) {
			return js.Substring(js.Text(said), 300)
		}
	}
	return ""
}

// retryable tells whether the same call may succeed later.
func (e *HTTPError) retryable() bool {
	return e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500
}

// thrown is what the browser's code around the backend's API throws for err: the
// "detail" of the answer, if it has one, else an Error.
func thrown(err error) (value js.Value, isError bool) {
	var answer *HTTPError
	if errors.As(err, &answer) {
		if body, parseErr := js.Parse(string(answer.Body)); parseErr == nil {
			if detail, ok := js.Lookup(body, "detail"); ok {
				return detail, false
			}
		}
	}
	return js.String(err.Error()), true
}

// RefusedError says why a flow was not started.
type RefusedError struct {
	Problems []flow.Problem // all of them
}

func (e *RefusedError) Error() string {
	first := e.Problems[0]
	text := first.Message
	if first.Node != "" {
		text = fmt.Sprintf("node %q: %s", first.Node, text)
	}
	if more := len(e.Problems) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return "the flow cannot run: " + text
}

// PanicError is a panic inside a node.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // where
}

func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }
