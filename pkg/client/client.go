package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/secrets"
)

// Client talks to one flows backend in the name of one user. It never changes
// after [New] and is safe for concurrent use.
type Client struct {
	Flows      *FlowsService
	Executions *ExecutionsService
	Auth       *AuthService
	Models     *ModelsService
	Directory  *DirectoryService

	conn *conn
}

// conn is what the services share. The token is reached through this pointer, so that
// printing a Client does not print it.
type conn struct {
	base  string // without a slash at its end
	token string
	retry Retry

	secrets secrets.Known
	proxy   string // that calls go through, "" for none
	rest    *resty.Client

	// What was learned from the answers so far. It decides only how a call is
	// made, never what it means.
	known atomic.Pointer[Capabilities] // nil until an answer shows them
	skew  atomic.Int64                 // seconds that the server's clock is ahead of this one
}

// New makes a client for the backend at baseURL, such as
// "https://flows.example.com" or, with a path prefix,
// "https://example.com/webui". It does not connect: its errors are about baseURL
// and the options alone.
func New(baseURL string, opts ...Option) (*Client, error) {
	base, err := parseBase(baseURL)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	cfg := config{userAgent: "flowctl", timeout: defaultTimeout, retry: defaultRetry()}
	for _, opt := range opts {
		if err := opt(&cfg); err != nil {
			return nil, fmt.Errorf("make a client: %w", err)
		}
	}
	if cfg.token != "" && cfg.headers.Get("Authorization") != "" {
		return nil, errors.New("make a client: the token is sent as Authorization, which cannot be a header of its own; leave out one of them")
	}
	c := &conn{base: base.String(), token: cfg.token, retry: cfg.retry, secrets: secrets.NewKnown(append(httpx.HeaderSecrets(cfg.headers), cfg.token)...)}
	c.rest = newResty(c, base, cfg)
	return &Client{
		Flows:      &FlowsService{c},
		Executions: &ExecutionsService{c},
		Auth:       &AuthService{c},
		Models:     &ModelsService{c},
		Directory:  &DirectoryService{c},
		conn:       c,
	}, nil
}

// BaseURL returns the address that the client was made for, without a slash at its
// end.
func (c *Client) BaseURL() string { return c.conn.base }

// parseBase checks a base URL. Its errors do not repeat the URL: whatever is
// wrong with it, it may hold a password.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, errors.New("the server's address is not a URL; write it like https://flows.example.com")
	case u.User != nil:
		return nil, errors.New("the server's address has a user name or password in it; leave that out and give a token")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the server's address %.100q does not start with http:// or https://; write it like https://flows.example.com", text)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the server's address %.100q names no host; write it like https://flows.example.com", text)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the server's address has a query or a fragment; leave out what begins with ? or #")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// newResty sets up the resty client beneath c: resty keeps the connections busy
// and tries again, this package decides when.
func newResty(c *conn, base *url.URL, cfg config) *resty.Client {
	rt := cfg.transport
	if rt == nil {
		rt = newTransport(base, cfg.roots)
	}
	c.proxy = httpx.ProxyOf(rt, base)
	if cfg.timeout > 0 {
		rt = &httpx.Patience{Next: rt, Limit: func(ctx context.Context) time.Duration { return callOf(ctx).patience(cfg.timeout) }}
	}
	if cfg.debug != nil {
		rt = &httpx.Log{
			Next: rt, Out: cfg.debug, Hide: c.redact, Try: func(ctx context.Context) int { return callOf(ctx).tries },
			Query: []string{"limit", "cursor", "q", "include", "all", "page"},
		}
	}
	r := resty.NewWithClient(&http.Client{Transport: shortErrors{rt}, CheckRedirect: httpx.CheckRedirect}).
		SetBaseURL(c.base).
		SetLogger(silent{}).
		SetHeader("User-Agent", cfg.userAgent).
		SetHeader("Accept", "application/json").
		SetRetryCount(cfg.retry.Max).
		SetRetryWaitTime(0).
		SetRetryMaxWaitTime(cfg.retry.MaxWait).
		SetRetryAfter(c.wait).
		AddRetryCondition(c.again).
		AddRetryHook(discard).
		OnBeforeRequest(fillBody)
	for name, values := range cfg.headers {
		r.Header[name] = values
	}
	if c.token != "" {
		r.SetAuthToken(c.token)
	}
	return r
}

// silent takes what resty would log: a library does not write to stderr.
type silent struct{}

// Errorf logs nothing.
func (silent) Errorf(string, ...any) {}

// Warnf logs nothing.
func (silent) Warnf(string, ...any) {}

// Debugf logs nothing.
func (silent) Debugf(string, ...any) {}
