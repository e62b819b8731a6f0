package provider

import (
	"bytes"
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
	base    string     // without a slash at its end
	query   url.Values // of every request
	name    string     // what is there, in words
	opts    Options
	rt      http.RoundTripper
	http    *http.Client
	secrets secrets.Known
	learned *sync.Map // model: dialect
}

// newConn checks the base URL, whose errors do not repeat it: it may hold a
// password. what is what it is the address of, and example how one is written.
func newConn(what, example, base string, opts Options) (*conn, error) {
	u, err := url.Parse(strings.TrimSpace(base))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the address of %s is not a URL; write it like %s", what, example)
	case u.User != nil:
		return nil, fmt.Errorf("the address of %s has a user name or password in it; leave that out and give a key", what)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("the address of %s does not start with http:// or https:// and a host; write it like %s", what, example)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the address of %s has a query or a fragment; leave out what begins with ? or #", what)
	case strings.ContainsFunc(opts.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, fmt.Errorf("the key for %s has a blank, a line end or a character that is not ASCII in it", what)
	}
	if opts.Token != "" && opts.Header.Get("Authorization") != "" {
		return nil, fmt.Errorf("the key for %s is sent as Authorization, which cannot be a header of its own; leave out one of them", what)
	}
	c := &conn{base: strings.TrimRight(u.String(), "/"), name: what, opts: opts, learned: new(sync.Map)}
	c.secrets = secrets.NewKnown(append(httpx.HeaderSecrets(opts.Header), opts.Token)...)
	if opts.UserAgent == "" {
		c.opts.UserAgent = "flowctl"
	}
	if c.rt = opts.Transport; c.rt == nil {
		c.rt = httpx.NewTransport(nil)
	}
	rt := c.rt
	if opts.Silence > 0 {
		rt = &httpx.Patience{Next: rt, Limit: func(context.Context) time.Duration { return opts.Silence }}
	}
	if opts.Debug != nil {
		rt = &httpx.Log{Next: rt, Out: opts.Debug, Hide: c.redact, Query: []string{versionParameter}}
	}
	c.http = &http.Client{Transport: rt, CheckRedirect: httpx.CheckRedirect}
	return c, nil
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
	address := c.base + r.path
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
	err = c.outward(&callError{who: c.address(), proxy: c.proxy(), err: err})
	if permanent {
		return err
	}
	return &engine.LostError{Err: err}
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
func (c *conn) address() string {
	u, err := url.Parse(c.base)
	if err != nil {
		return "the server"
	}
	return u.Scheme + "://" + u.Host
}

// proxy names the proxy that requests go through, "" for none.
func (c *conn) proxy() string {
	u, err := url.Parse(c.base)
	if err != nil {
		return ""
	}
	return httpx.ProxyOf(c.rt, u)
}

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
	if proxy := c.proxy(); proxy != "" && c.opts.Report == nil && (e.Page != "" || e.StatusCode == http.StatusProxyAuthRequired) {
		e.Page = strings.TrimSpace(e.Page + " through the proxy " + proxy)
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
	broken := c.outward(&callError{began: true, who: c.address(), proxy: c.proxy(), err: err})
	if httpx.IsPermanent(err) {
		return broken
	}
	return &engine.LostError{Err: broken}
}

// redact takes the token and the like out of a text.
func (c *conn) redact(text string) string { return c.secrets.Hide(text) }

func (c *conn) tooLarge() error {
	return fmt.Errorf("the answer from %s is larger than %d MiB", c.host(), maxAnswer>>20)
}
