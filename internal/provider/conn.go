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
	"time"

	"github.com/flowctl/flowctl/internal/engine"
)

// Options say how to call.
type Options struct {
	Token     string            // sent as a bearer token; "" for none
	UserAgent string            // "flowctl" if ""
	Silence   time.Duration     // how long the other side may be silent, 0 for ever
	Transport http.RoundTripper // nil is [Transport]
	Debug     io.Writer         // takes a line for every request, never tokens or bodies; nil for none

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
	base  string // without a slash at its end
	name  string // what is there, in words
	opts  Options
	http  *http.Client
	words *strings.Replacer // takes the token out of a text; nil without one
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
	c := &conn{base: strings.TrimRight(u.String(), "/"), name: what, opts: opts}
	if opts.Token != "" {
		c.words = strings.NewReplacer(opts.Token, "…")
	}
	if opts.UserAgent == "" {
		c.opts.UserAgent = "flowctl"
	}
	rt := opts.Transport
	if rt == nil {
		rt = Transport()
	}
	if opts.Debug != nil {
		rt = &debugLog{next: rt, out: opts.Debug, hide: c.redact}
	}
	c.http = &http.Client{Transport: rt, CheckRedirect: sameServer}
	return c, nil
}

// request is one call.
type request struct {
	method, path string
	body         []byte // nil for none
	contentType  string // of the body
	accept       string
}

// do sends the request and gives the answer if it is a success. Its body has to
// be closed; reading it fails when the other side falls silent.
func (c *conn) do(ctx context.Context, r request) (*http.Response, error) {
	if leadsAway(r.path) {
		return nil, errors.New("the flow names an id that cannot be one")
	}
	ctx, watch := watchSilence(ctx, c.opts.Silence)
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, body)
	if err != nil {
		watch.stop()
		return nil, fmt.Errorf("make the request: %w", err)
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
		watch.stop()
		return nil, c.noAnswer(watch.explain(ctx, err))
	}
	resp.Body = &watchedBody{body: resp.Body, watch: watch, ctx: ctx}
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
	if text := err.Error(); c.redact(text) != text {
		err = errors.New(c.redact(text))
	}
	return c.outward(&callError{who: c.address(), err: err})
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

// forOperator is the connection with errors for who chose the address.
func (c *conn) forOperator() *conn {
	open := *c
	open.opts.Report = nil
	return &open
}

// refused is the error of an answer that is no success.
func (c *conn) refused(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxError)) // what there is of it will do
	reason := strings.TrimSpace(strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode)))
	return &engine.HTTPError{
		StatusCode: resp.StatusCode,
		Reason:     c.redact(reason),
		Body:       []byte(c.redact(string(body))),
		RetryAfter: retryAfter(resp.Header, time.Now()),
	}
}

// read reads an answer to its end.
func (c *conn) read(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.brokeOff(err)
	case len(data) > maxAnswer:
		return nil, fmt.Errorf("the answer from %s is larger than %d MiB", c.host(), maxAnswer>>20)
	}
	return data, nil
}

// brokeOff words an answer that began and did not come to its end.
func (c *conn) brokeOff(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return c.outward(&callError{began: true, who: c.address(), err: err})
}

// redact takes the token out of a text.
func (c *conn) redact(text string) string {
	if c.words == nil {
		return text
	}
	return c.words.Replace(text)
}
