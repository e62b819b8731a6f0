package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/flowctl/flowctl/internal/httpx"
)

const maxDetail = 500 // characters

// failure begins the error of a call.
func (c *conn) failure(k *call, status int, detail string) *Error {
	return &Error{
		StatusCode: status,
		Detail:     httpx.Printable(c.redact(detail), maxDetail),
		Method:     k.method,
		Path:       c.redact(k.path),
		Doing:      c.redact(k.doing()),
		one:        k.subject != "",
	}
}

// refuse is the error of a call that is not made, since it cannot do what it should;
// kind is the Err value of the package that says why.
func (c *conn) refuse(k *call, kind error, why, next string) *Error {
	e := c.failure(k, 0, why)
	e.kind, e.hint = kind, next
	return e
}

// noAnswer is the error of a call without an answer, or with only the beginning
// of one.
func (c *conn) noAnswer(k *call, resp *resty.Response, err error) error {
	status := 0
	if resp != nil {
		status = resp.StatusCode()
	}
	// net/http's wrapper repeats the URL, with its query.
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := c.failure(k, status, err.Error())
	e.Proxy = c.proxy
	e.err = c.beneath(err)
	e.unsure = k.lost && k.method == http.MethodPost && !k.repeatable && !errors.Is(err, errWantsTLS)
	if moved := (*httpx.RedirectError)(nil); !errors.As(err, &moved) && status != 0 {
		return brokeOff(e)
	}
	return e
}

// beneath is err as the cause of an error, unless a server managed to get the
// token into it.
func (c *conn) beneath(err error) error {
	if err == nil || c.redact(err.Error()) != err.Error() {
		return nil
	}
	return err
}

// brokeOff marks e as an answer that began and broke off.
func brokeOff(e *Error) *Error {
	e.Detail, e.broke = "the answer broke off: "+strings.ReplaceAll(e.Detail, "jsontext: ", ""), true
	return e
}

// refused is the error of an answer with a status other than 2xx.
func (c *conn) refused(k *call, status int, a *answer) error {
	body := a.body
	if a.stream != nil {
		body, _ = io.ReadAll(a.stream) // see shortErrors
		_ = a.stream.Close()
	}
	if status == http.StatusBadRequest && c.isPlain() && wantsTLS(body) {
		return c.noAnswer(k, nil, errWantsTLS)
	}
	e := c.failure(k, status, "")
	e.RequestID = c.redact(requestID(a.header))
	e.NoToken = status == http.StatusUnauthorized && c.token == "" && k.path != signInPath
	e.NoFlows = status == http.StatusNotFound && !e.one && !isOurAnswer(a.header)
	e.wait, _ = httpx.RetryAfter(a.header, time.Now())
	// Open WebUI may have stored what it answers 500 to; so may a server
	// after a proxy that lost its answer.
	e.unsure = k.method == http.MethodPost && !k.repeatable && !isOurAnswer(a.header) && (status >= 500 || k.lost)
	var said struct{ Detail json.RawMessage }
	var text string
	switch {
	case json.Unmarshal(body, &said) != nil || said.Detail == nil:
		e.Detail = httpx.Printable(c.redact(httpx.Describe(a.header, body)), maxDetail)
	case json.Unmarshal(said.Detail, &text) == nil:
		e.Detail = httpx.Printable(c.redact(text), maxDetail)
	default:
		e.Fields = c.faults(said.Detail)
		e.Detail = httpx.Printable(c.redact(string(said.Detail)), maxDetail)
	}
	// Open WebUI says the last one also when it cannot look the account up (utils/auth.py).
	e.BadToken = status == http.StatusUnauthorized && !e.NoToken && !strings.HasPrefix(e.Detail, upstreamNoPermission) &&
		!strings.HasPrefix(e.Detail, ourPending) && !strings.HasPrefix(e.Detail, upstreamExpired)
	return e
}

// faults reads the detail of a 422, which is FastAPI's:
// [{"type","loc":["body","nodes",0],"msg","input"}].
func (c *conn) faults(detail []byte) []FieldError {
	var list []struct {
		Type, Msg string
		Loc       []any
	}
	if json.Unmarshal(detail, &list) != nil {
		return nil
	}
	fields := make([]FieldError, len(list))
	for i, f := range list {
		if len(f.Loc) > 1 && f.Loc[0] == "body" {
			f.Loc = f.Loc[1:]
		}
		at := make([]string, len(f.Loc))
		for j, step := range f.Loc {
			at[j] = fmt.Sprint(step)
		}
		fields[i] = FieldError{
			Field:   httpx.Printable(c.redact(strings.Join(at, ".")), 200),
			Message: httpx.Printable(c.redact(f.Msg), 200),
			Type:    httpx.Printable(c.redact(f.Type), 80),
		}
	}
	return fields
}

// unusable is the error of an answer of status 200 that is not what it should be;
// err is what reading it said, nil if it was readable.
func (c *conn) unusable(k *call, a *answer, want string, err error) *Error {
	e := c.failure(k, http.StatusOK, "")
	e.err, e.RequestID = c.beneath(err), c.redact(requestID(a.header))
	text := bytes.TrimSpace(a.body)
	detail := ""
	switch {
	case len(text) == 0:
		detail, e.broke = fmt.Sprintf("empty (%s), not %s", httpx.ContentType(a.header), want), true
		if e.unsure = k.method == http.MethodPost && !k.repeatable; !e.unsure {
			e.hint = "check the server's address and version"
		}
	case httpx.IsPage(text):
		detail, e.NoFlows = httpx.Describe(a.header, a.body), true
	case err != nil && !isJSON(a.header):
		detail, e.hint = "not JSON but "+httpx.Describe(a.header, a.body), "check the server's address"
	case err != nil && !json.Valid(text):
		detail, e.broke = fmt.Sprintf("JSON (%s) that breaks off or is damaged: %v in %d", httpx.ContentType(a.header), err, len(a.body)), true
		e.unsure = k.method == http.MethodPost && !k.repeatable
	case k.secret:
		detail, e.hint = "not "+want, "check the server's address and version"
	default:
		detail, e.hint = fmt.Sprintf("not %s but %.100s", want, text), "check the server's address and version"
	}
	e.Detail = httpx.Printable(c.redact(detail), maxDetail)
	return e
}

func isJSON(h http.Header) bool {
	kind := httpx.ContentType(h)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// redact takes the token out of a text: a server may well repeat it.
func (c *conn) redact(s string) string { return c.secrets.Hide(s) }
