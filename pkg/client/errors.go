package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/httpx"
)

// What went wrong, to be asked with errors.Is.
var (
	ErrUnauthorized = errors.New("not signed in") // 401
	ErrForbidden    = errors.New("not allowed")   // 403
	ErrNotFound     = errors.New("not found")     // 404
	ErrInvalid      = errors.New("invalid")       // 400, 413, 415, 422
	ErrConflict     = errors.New("conflict")      // 409, 412

	// ErrUnreachable is a server to which no connection could be made: nothing was sent.
	ErrUnreachable = errors.New("cannot reach the server")

	// ErrUnsupported is what only flowctl's server can do, asked of another one.
	ErrUnsupported = errors.New("not supported")

	// ErrDelegated is the answer of a server that runs no flows, to a request to run one.
	ErrDelegated = errors.New("this server leaves running flows to its clients")
)

// Error is a call that failed: the server refused it, its answer made no sense,
// or none came.
type Error struct {
	StatusCode int          // of the answer; 0 if none came
	Detail     string       // what the server said, or what was wrong with its answer; fit to be printed
	Fields     []FieldError // of a 422: every fault that the server found
	Method     string       // "GET", ...
	Path       string       // below the base URL, without the query
	RequestID  string       // the server's X-Request-Id, "" without
	Proxy      string       // that a call without an answer went through, such as "http://proxy.example.com:3128"; "" for none
	NoToken    bool         // a 401 to a call without a token
	NoFlows    bool         // what answered has no flows API
	BadToken   bool         // a 401 to a token that the server knows no account for; not that of an account that waits for approval or lacks a right

	Doing string // what was being done: `get flow "x"`

	one    bool          // it was about one thing, which has an id
	hint   string        // what to do next, if it is not what the status says
	kind   error         // the Err value that it is, where the status does not say it
	err    error         // beneath
	broke  bool          // the answer began and broke off
	unsure bool          // what was asked for may have been done
	wait   time.Duration // the server asked for with Retry-After
}

// FieldError is one fault in what was sent.
type FieldError struct {
	Field   string // where: "name", "nodes.0.id"
	Message string // what is wrong there
	Type    string // the server's code for it, such as "list_type"
}

// Error says what was being done, what went wrong, and what to do next, in one
// line.
func (e *Error) Error() string {
	var b strings.Builder
	if b.WriteString(e.Doing); e.Doing == "" {
		b.WriteString(e.Method + " " + e.Path)
	}
	b.WriteString(": " + e.what())
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, " (%d)", e.StatusCode)
	}
	if detail := e.detail(); detail != "" {
		b.WriteString(": " + detail)
	}
	if e.RequestID != "" && e.StatusCode >= 500 {
		b.WriteString(" [request " + e.RequestID + "]")
	}
	if hint := e.next(); hint != "" {
		b.WriteString("; " + hint)
	}
	return b.String()
}

// Unwrap returns the cause: an error of the network or of the context.
func (e *Error) Unwrap() error { return e.err }

// Is matches the status with the package's Err values.
func (e *Error) Is(target error) bool {
	if e.kind != nil && target == e.kind {
		return true
	}
	switch e.StatusCode {
	case 0:
		return target == ErrUnreachable && neverConnected(e.err)
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return target == ErrInvalid
	case http.StatusConflict, http.StatusPreconditionFailed:
		return target == ErrConflict
	}
	return false
}

// neverConnected reports whether err is a failure to open a connection.
func neverConnected(err error) bool {
	op := (*net.OpError)(nil)
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// what names the failure.
func (e *Error) what() string {
	switch s := e.StatusCode; {
	case e.kind != nil:
		return e.kind.Error()
	case e.Is(ErrUnreachable):
		return ErrUnreachable.Error()
	case s == 0:
		return "no answer"
	case e.NoFlows:
		return "not a flows server"
	case s < 300:
		return "unusable answer"
	case s < 400:
		return "redirected"
	case s == http.StatusUnauthorized:
		return ErrUnauthorized.Error()
	case s == http.StatusForbidden:
		return ErrForbidden.Error()
	case s == http.StatusNotFound:
		return ErrNotFound.Error()
	case s == http.StatusPreconditionFailed:
		return "changed meanwhile"
	case s == http.StatusRequestEntityTooLarge:
		return "too large"
	case e.Is(ErrInvalid):
		return ErrInvalid.Error()
	case s >= 500:
		return "server error"
	}
	return strings.ToLower(http.StatusText(e.StatusCode))
}

// detail is what the message repeats of the server's words.
func (e *Error) detail() string {
	if e.StatusCode == http.StatusNotFound && (e.Detail == upstreamNotFound || e.Detail == "Not Found") {
		return ""
	}
	const most = 5
	var faults []string
	for _, f := range e.Fields[:min(len(e.Fields), most)] {
		faults = append(faults, f.Field+": "+f.Message)
	}
	if more := len(e.Fields) - most; more > 0 {
		faults = append(faults, fmt.Sprintf("and %d more", more))
	}
	if faults != nil {
		return strings.Join(faults, ", ")
	}
	return e.Detail
}

// The texts that Open WebUI has for what it does not find, and for an
// account that is pending or lacks a right; and flowctl's server's for one that is
// pending.
const (
	upstreamNotFound     = "We could not find what you're looking for :/"
	upstreamNoPermission = "You do not have permission"
	upstreamExpired      = "Your session has expired"
	ourPending           = "This account is pending"
)

// when says how long the server wants to be left alone, "" if it did not say.
func (e *Error) when() string {
	if e.wait <= 0 || !isPassing(e.StatusCode) {
		return ""
	}
	return fmt.Sprintf("in %v, as the server asks", max(e.wait.Round(time.Second), time.Second))
}

// next says what to do now.
func (e *Error) next() string {
	if e.hint != "" {
		return e.hint
	}
	switch s := e.StatusCode; {
	case e.unsure:
		return strings.TrimRight("it may have been done all the same: look before you try again "+e.when(), " ")
	case errors.Is(e.err, context.Canceled):
		return ""
	case errors.As(e.err, new(httpx.Silence)), errors.Is(e.err, context.DeadlineExceeded):
		return "the server may be overloaded: try again, or allow more time"
	case errors.Is(e.err, errWantsTLS):
		return "its address must begin with https://"
	case errors.As(e.err, new(*httpx.RedirectError)):
		return "if that is the server's address, use it"
	case e.broke:
		return "try again"
	case s == 0 && e.Proxy != "":
		return "it went through the proxy " + e.Proxy + ": check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	case s == 0:
		return "check the server's address and that it runs"
	case e.NoFlows && strings.Contains(e.Detail, `"Open WebUI`):
		return "check its address; flows need an Open WebUI that has them (the fork kohai-io/open-webui)"
	case e.NoFlows:
		return "check the server's address"
	case s == http.StatusUnauthorized && strings.HasPrefix(e.Detail, upstreamNoPermission):
		return "the account waits for approval or lacks a right: ask an administrator"
	case s == http.StatusUnauthorized && strings.HasPrefix(e.Detail, ourPending):
		return "ask an administrator"
	case e.NoToken:
		return "no token was given: sign in"
	case s == http.StatusUnauthorized && strings.HasPrefix(e.Detail, upstreamExpired):
		return "a busy server says this, too: try again, and if it stays so, check the token or sign in again"
	case s == http.StatusUnauthorized:
		return "check the token, or sign in again"
	case s == http.StatusForbidden:
		return "ask the owner or an administrator for the right"
	case s == http.StatusNotFound && e.one:
		return "check the id; it may be deleted, or private to somebody else"
	case s == http.StatusNotFound:
		return ""
	case s == http.StatusPreconditionFailed:
		return "read it again and redo the change"
	case s == http.StatusRequestEntityTooLarge:
		return "make it smaller, or raise the server's limit"
	case e.Is(ErrInvalid):
		return "fix it and try again"
	case isPassing(s):
		return "try again " + cmp.Or(e.when(), "later")
	case s >= 500:
		return "look into the server's log"
	}
	return ""
}
