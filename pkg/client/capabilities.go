package client

import (
	"context"
	"errors"
	"net/http"
)

const versionPath = "/api/version"

// Capabilities are what a server can do beyond the flows API that all servers have.
// flowctl's own server has them all, Open WebUI none.
type Capabilities struct {
	ChosenIDs bool // stores a flow under an id of the caller's choice: [FlowsService.Put]
	Lossless  bool // keeps all of a flow: meta, numbers as they are written, a description of null
	Publish   bool // makes a private flow public again
	Owners    bool // its lists name the owners, and an administrator's all flows
	Versions  bool // keeps what flows were: [FlowsService.Versions], and those that were deleted
	Runs      bool // can run flows itself, and then cancels and lists runs

	EndsSessions bool // ends the session of a token: [AuthService.SignOut]
}

func ownServer() *Capabilities {
	return &Capabilities{ChosenIDs: true, Lossless: true, Publish: true, Owners: true, Versions: true, Runs: true, EndsSessions: true}
}

// Capabilities returns what the server can do. The server is asked once at most: every
// answer of flowctl's own server says which it is.
func (c *Client) Capabilities(ctx context.Context) (Capabilities, error) {
	return c.conn.capabilities(ctx)
}

func (c *conn) capabilities(ctx context.Context) (Capabilities, error) {
	if known := c.known.Load(); known != nil {
		return *known, nil
	}
	var version struct{ Version string }
	k := &call{verb: "ask for the server's version", method: http.MethodGet, path: versionPath}
	if _, err := c.into(ctx, k, &version, "a version", nil); err != nil { // notes it if this is our own server
		return Capabilities{}, err
	}
	c.known.CompareAndSwap(nil, &Capabilities{})
	return *c.known.Load(), nil
}

// capabilitiesFor is capabilities for a call that depends on them: its error says what the
// call was to do.
func (c *conn) capabilitiesFor(ctx context.Context, k *call) (Capabilities, error) {
	can, err := c.capabilities(ctx)
	if failed := (*Error)(nil); errors.As(err, &failed) {
		e := *failed
		e.Doing = c.redact(k.doing())
		return can, &e
	}
	return can, err
}

// isOurs reports whether flowctl's own server is at the base URL. It asks, unless an
// earlier answer told; a server that does not answer is not ours.
func (c *conn) isOurs(ctx context.Context) bool {
	can, err := c.capabilities(ctx)
	return err == nil && can.Lossless
}

// isForeign reports whether a server is known that is not flowctl's own. It asks.
func (c *conn) isForeign(ctx context.Context) bool {
	can, err := c.capabilities(ctx)
	return err == nil && !can.Lossless
}

// isOurAnswer reports whether flowctl's own server sent an answer with that header.
func isOurAnswer(h http.Header) bool { return h.Get("Flowctl-Api") != "" }

// knownOurs reports whether an answer has shown that the server is flowctl's own.
func (c *conn) knownOurs() bool {
	known := c.known.Load()
	return known != nil && known.Lossless
}
