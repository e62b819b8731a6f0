package server

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

// problem is an answer that is not a success.
type problem struct {
	status int
	retry  time.Duration // when to try again; 0 is defaultRetry with a 503
	detail string
	faults []fault // of a 422, instead of detail
	cause  error   // for the log
}

func (p *problem) Error() string {
	if p.cause != nil {
		return p.cause.Error()
	}
	return strconv.Itoa(p.status) + " " + p.detail
}

func (p *problem) Unwrap() error { return p.cause }

// The problems whose details are in openapi.yaml.
var (
	errNotAuthenticated = &problem{status: http.StatusUnauthorized, detail: "Not authenticated"}
	errPending          = &problem{status: http.StatusUnauthorized, detail: "This account is pending: an admin has to let it in first"}
	errProhibited       = &problem{status: http.StatusForbidden, detail: "Access Prohibited"}
	errNotFound         = &problem{status: http.StatusNotFound, detail: "Not Found"}
)

func badRequest(detail string) error {
	return &problem{status: http.StatusBadRequest, detail: detail}
}

// statusClientGone is what proxies log for a client that did not wait; nobody
// receives it.
const statusClientGone = 499

// asProblem returns the answer to err.
func asProblem(err error) *problem {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrNotFound):
		return errNotFound
	case errors.Is(err, store.ErrBadCursor):
		return invalid(fault{kind: "value_error", loc: []any{"query", "cursor"}, msg: "Value error, " + store.ErrBadCursor.Error()})
	case errors.Is(err, store.ErrBadText):
		return &problem{status: http.StatusBadRequest, detail: err.Error(), cause: err}
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrReadOnly),
		errors.Is(err, store.ErrLocked), errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrUnavailable),
		errors.Is(err, context.DeadlineExceeded): // it hangs
		return &problem{status: http.StatusServiceUnavailable, detail: "The database is not available at present", cause: err}
	case errors.Is(err, context.Canceled):
		return &problem{status: statusClientGone, detail: "Client Closed Request", cause: err}
	}
	return &problem{status: http.StatusInternalServerError, cause: err}
}

// defaultRetry is the Retry-After of a 503 without another one.
const defaultRetry = 5 * time.Second

// retryAfter sets the header of that name, which every 503 has.
func (c *call) retryAfter(p *problem) {
	retry := p.retry
	if retry == 0 && p.status == http.StatusServiceUnavailable {
		retry = defaultRetry
	}
	if retry > 0 {
		c.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.Seconds()))))
	}
}

// fail answers with the problem for err. Internal errors are only shown to a caller in the
// same process, who owns the database; others get the id of the request.
func (c *call) fail(err error) {
	p := asProblem(err)
	c.cause = p.cause
	if p.status == http.StatusUnauthorized {
		c.Header().Set("WWW-Authenticate", "Bearer")
	}
	c.retryAfter(p)
	detail := p.detail
	switch {
	case p.cause != nil && c.local != nil:
		detail = p.cause.Error()
	case detail == "":
		detail = http.StatusText(p.status)
	}
	b := []byte(`{"detail":`)
	if p.faults != nil {
		b = appendFaults(b, p.faults)
	} else {
		b = rawjson.AppendString(b, detail)
	}
	if p.status == http.StatusInternalServerError {
		b = append(b, `,"request_id":`...)
		b = rawjson.AppendString(b, c.id)
	}
	c.json(p.status, append(b, '}'))
}

// fault is one thing wrong with a request, in FastAPI's terms, which the clients
// of Open WebUI know.
type fault struct {
	kind  string // "missing", "string_type", ...
	loc   []any  // "body" or "query", then keys (string) and indexes (int)
	msg   string
	input []byte // the offending value as JSON; nil for null
}

// What a 422 repeats of the request is bounded: it would otherwise be a way to
// make a small body into a large answer.
const (
	maxFaults = 1000
	maxInput  = 1 << 10 // bytes
)

func invalid(faults ...fault) *problem {
	return &problem{status: http.StatusUnprocessableEntity, faults: faults}
}

func appendFaults(dst []byte, faults []fault) []byte {
	dst = append(dst, '[')
	for i, f := range faults {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.append(dst)
	}
	return append(dst, ']')
}

func (f fault) append(dst []byte) []byte {
	dst = rawjson.AppendString(append(dst, `{"type":`...), f.kind)
	dst = append(dst, `,"loc":[`...)
	for i, l := range f.loc {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch l := l.(type) {
		case int:
			dst = strconv.AppendInt(dst, int64(l), 10)
		case string:
			dst = rawjson.AppendString(dst, l)
		}
	}
	dst = rawjson.AppendString(append(dst, `],"msg":`...), f.msg)
	dst = append(dst, `,"input":`...)
	switch {
	case f.input == nil:
		dst = append(dst, "null"...)
	case len(f.input) > maxInput:
		dst = rawjson.AppendString(dst, clip(string(f.input[:maxInput+1]), maxInput)+"…")
	default:
		dst = append(dst, f.input...)
	}
	return append(dst, '}')
}

// clip returns at most n bytes of the beginning of a text, cut between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// missing returns the fault of a missing member.
func missing(loc ...any) fault {
	return fault{kind: "missing", loc: loc, msg: "Field required"}
}
