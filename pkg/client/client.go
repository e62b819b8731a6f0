package client

import (
	"context"
	"fmt"
	"net/url"
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
	Directory  *DirectoryService

	conn *conn
}

// conn is what the services share. The token is reached through this pointer, so that
// printing a Client does not print it.
type conn struct {
	base  string // without a slash at its end
	token string
	retry Retry

	secrets secrets.Redactor
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
	base, err := httpx.ParseBase("the server", "https://flows.example.com", baseURL)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	cfg := config{userAgent: "flowctl", timeout: defaultTimeout, retry: defaultRetry()}
	for _, opt := range opts {
		if err := opt(&cfg); err != nil {
			return nil, fmt.Errorf("make a client: %w", err)
		}
	}
	if err := httpx.CheckAuth(cfg.token, cfg.headers); err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	c := &conn{base: base.String(), token: cfg.token, retry: cfg.retry, secrets: secrets.NewRedactor(append(httpx.HeaderSecrets(cfg.headers), cfg.token)...)}
	c.rest = newResty(c, base, cfg)
	return &Client{
		Flows:      &FlowsService{c},
		Executions: &ExecutionsService{c},
		Auth:       &AuthService{c},
		Directory:  &DirectoryService{c},
		conn:       c,
	}, nil
}

// BaseURL returns the address that the client was made for, without a slash at its
// end.
func (c *Client) BaseURL() string { return c.conn.base }

// newResty sets up the resty client beneath c: resty keeps the connections busy
// and tries again, this package decides when.
func newResty(c *conn, base *url.URL, cfg config) *resty.Client {
	rt := cfg.transport
	if rt == nil {
		rt = newTransport(base, cfg.roots)
	}
	c.proxy = httpx.ProxyOf(rt, base)
	var log *httpx.Log
	if cfg.debug != nil {
		log = &httpx.Log{
			Out: cfg.debug, Hide: c.redact, Try: func(ctx context.Context) int { return callOf(ctx).tries },
			Query: []string{"limit", "cursor", "q", "include", "all", "page"},
		}
	}
	hc := httpx.NewClient(rt, func(ctx context.Context) time.Duration { return callOf(ctx).idleTimeout(cfg.timeout) }, log)
	hc.Transport = shortErrors{hc.Transport}
	r := resty.NewWithClient(hc).
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
