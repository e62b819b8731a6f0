package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Do makes a call that this package has no method for. The path is one below the base
// URL, escaped, with its query: "/api/v1/models?page=2". A body that is not nil is sent
// as JSON; the answer, JSON too, is read into v unless that is nil. Do returns the
// answer's header. Errors, and which calls are tried again, are as in all other calls: a
// POST is not sent again once it may have arrived.
func (c *Client) Do(ctx context.Context, method, path string, body, v any) (http.Header, error) {
	k := &call{verb: method + " " + path, method: method}
	at, err := url.Parse(path)
	if err != nil || at.Host != "" || !strings.HasPrefix(path, "/") {
		return nil, c.conn.refuse(k, ErrInvalid, "the path is not one below the server's address", `begin it with a slash: "/api/v1/models"`)
	}
	k.path, k.query = at.EscapedPath(), at.Query()
	if body != nil {
		if k.body, err = json.Marshal(body); err != nil {
			return nil, c.conn.refuse(k, ErrInvalid, err.Error(), "")
		}
	}
	if v == nil {
		v = new(json.RawMessage)
	}
	return c.conn.into(ctx, k, v, "what was asked for", nil)
}
