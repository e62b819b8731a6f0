package provider

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/secrets"
)

// Options say how to call.
type Options struct {
	Token     string            // sent as a bearer token; "" for none
	UserAgent string            // "flowctl" if ""
	Silence   time.Duration     // how long the other side may be silent, 0 for ever
	Transport http.RoundTripper // nil is [httpx.NewTransport]
	Debug     io.Writer         // takes a line for every request, never secrets or bodies; nil for none
	Header    http.Header       // sent with every request; the values are secrets

	// Report takes errors of the network as they are, where those who run flows are not
	// to learn addresses: the errors that they see have none then. nil leaves them.
	Report func(error)
}

// The most that is read of an answer, in bytes.
const (
	maxAnswer = 64 << 20
	maxError  = 64 << 10
)

// conn calls what is below one base URL.
type conn struct {
	base    *url.URL   // without a slash at its end
	query   url.Values // of every request
	name    string     // what is there, in words
	opts    Options
	http    *http.Client
	secrets secrets.Redactor
	proxy   string    // through which requests go, "" for none
	learned *sync.Map // model: dialect
}

// newConn checks the base URL of what, see [httpx.ParseBase], and the options.
func newConn(what, example, base string, opts Options) (*conn, error) {
	u, err := httpx.ParseBase(what, example, base)
	if err == nil {
		err = httpx.CheckAuth(opts.Token, opts.Header)
	}
	if err != nil {
		return nil, err
	}
	opts.UserAgent = cmp.Or(opts.UserAgent, "flowctl")
	if opts.Transport == nil {
		opts.Transport = httpx.NewTransport(nil)
	}
	c := &conn{base: u, name: what, opts: opts, learned: new(sync.Map), proxy: httpx.ProxyOf(opts.Transport, u)}
	c.hide()
	var log *httpx.Log
	if opts.Debug != nil {
		log = &httpx.Log{Out: opts.Debug, Hide: c.redact, Query: []string{versionParameter}}
	}
	c.http = httpx.NewClient(opts.Transport, func(context.Context) time.Duration { return opts.Silence }, log)
	return c, nil
}

// hide keeps the token, the values of headers and more secrets out of errors and lines.
func (c *conn) hide(more ...string) {
	c.secrets = secrets.NewRedactor(append(append(httpx.HeaderSecrets(c.opts.Header), c.opts.Token), more...)...)
}

// request is one call.
type request struct {
	method, path string
	body         []byte // nil for none
	contentType  string // of the body
	accept       string
}

// do sends the request and returns the answer if it is a success. Its body has to
// be closed; reading it fails when the other side falls silent.
func (c *conn) do(ctx context.Context, r request) (*http.Response, error) {
	if leadsAway(r.path) {
		return nil, errors.New("the flow names an id that cannot be one")
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	address := c.base.String() + r.path
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for name, values := range c.opts.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", r.accept)
	req.Header.Set("User-Agent", c.opts.UserAgent)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if c.opts.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.opts.Token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.noAnswer(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer func() { _ = resp.Body.Close() }()
		return nil, c.refused(resp)
	}
	return resp, nil
}

// leadsAway reports whether an id in the path makes it another path. Some proxies take
// an escaped slash, or a backslash, for a slash.
func leadsAway(path string) bool {
	return strings.Contains(path+"/", "/../") || strings.Contains(path+"/", "/./") || strings.Contains(path, "//") ||
		strings.Contains(path, "%2F") || strings.Contains(path, "%5C") // as url.PathEscape writes them
}

// noAnswer words a call that did not come to an answer.
func (c *conn) noAnswer(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err // the wrapper repeats the URL
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	permanent := httpx.IsPermanent(err)
	if text := err.Error(); c.redact(text) != text {
		err = errors.New(c.redact(text))
	}
	return c.lost(&callError{err: err}, permanent)
}

// host names the other side for those who run flows: by its address, unless they are
// not to know that.
func (c *conn) host() string {
	if c.opts.Report != nil {
		return c.name
	}
	return c.address()
}

// address is the scheme and the host of the base URL.
func (c *conn) address() string { return c.base.Scheme + "://" + c.base.Host }

// forOperator is the connection with errors for who chose the address.
func (c *conn) forOperator() *conn {
	open := *c
	open.opts.Report = nil
	return &open
}

// refused is the error of an answer that is not a success.
func (c *conn) refused(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxError)) // what there is of it will do
	reason := strings.TrimSpace(strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode)))
	wait, _ := httpx.RetryAfter(resp.Header, time.Now())
	e := &engine.HTTPError{
		StatusCode: resp.StatusCode,
		Reason:     c.redact(reason),
		Body:       []byte(c.redact(string(body))),
		RetryAfter: wait,
	}
	if httpx.IsPage(body) {
		e.Page = c.redact(httpx.Describe(resp.Header, body))
	}
	if e.Page != "" || e.StatusCode == http.StatusProxyAuthRequired {
		e.Page = strings.TrimSpace(e.Page + c.via())
	}
	return e
}

// read reads an answer to its end.
func (c *conn) read(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.brokeOff(err)
	case len(data) > maxAnswer:
		return nil, c.tooLarge()
	}
	return data, nil
}

// brokeOff words an answer that began and did not come to its end.
func (c *conn) brokeOff(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return c.lost(&callError{began: true, err: err}, httpx.IsPermanent(err))
}

// lost returns err as those who run flows may see it, marked as one that another try may
// help against unless it is permanent.
func (c *conn) lost(err *callError, permanent bool) error {
	out := c.outward(err)
	if permanent {
		return out
	}
	return &engine.LostError{Err: out}
}

// via names the proxy for those who run flows, if there is one and they may know it.
func (c *conn) via() string {
	if c.proxy == "" || c.opts.Report != nil {
		return ""
	}
	return " through the proxy " + c.proxy
}

// redact takes the token and the like out of a text.
func (c *conn) redact(text string) string { return c.secrets.Hide(text) }

func (c *conn) tooLarge() error {
	return fmt.Errorf("the answer from %s is larger than %d MiB", c.host(), maxAnswer>>20)
}
