package engine

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// HTTPError is an answer of a service with a status other than 2xx.
type HTTPError struct {
	StatusCode int
	Reason     string        // the reason phrase of the answer, "" if it had none
	Body       []byte        // the answer's body, or its start
	Page       string        // what the body is, if it is a web page and not JSON: text/html "Bad Gateway"
	RetryAfter time.Duration // what the answer asked to wait, 0 if it did not
}

func (e *HTTPError) Error() string {
	reason := cmp.Or(e.Reason, http.StatusText(e.StatusCode))
	text := strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, reason))
	if detail := e.detail(); detail != "" {
		text += ": " + detail
	}
	return text
}

// detail returns the message in the body: "detail", "error" or "error.message" of a JSON
// object, else the whole text, shortened.
func (e *HTTPError) detail() string {
	if e.Page != "" {
		return e.Page
	}
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

// LostError is the error of a call without a complete answer: the connection failed or ended
// early. Another attempt may succeed.
type LostError struct{ Err error }

func (e *LostError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LostError) Unwrap() error { return e.Err }

// retryable reports whether a call that failed with err may succeed later.
func retryable(err error) bool {
	var answer *HTTPError
	if errors.As(err, &answer) {
		return answer.StatusCode == http.StatusRequestTimeout || answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500
	}
	return errors.As(err, new(*LostError))
}

// RefusedError has the problems for which a flow was not started.
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

// PanicError is a panic in the executor of a node.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // where
}

func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }

// Check returns the error with which [Run] would not start the flow, nil if it would: a
// *[RefusedError], or the error of an input that is not JSON.
func Check(spec flow.Spec, opts Options) error {
	_, _, err := prepare(spec, opts)
	return err
}
