package client

import "context"

// ServerService asks the backend about itself. It needs no token.
type ServerService struct{ c *conn }

// ServerInfo says what answers at the base URL.
type ServerInfo struct {
	Version string `json:"version"`
	Flowctl bool   `json:"flowctl"` // our own server, not the real backend
}

// Health fails unless the server is up.
func (s *ServerService) Health(ctx context.Context) error { return errNotBuilt }

// Info gives the server's version and kind.
func (s *ServerService) Info(ctx context.Context) (ServerInfo, error) {
	return ServerInfo{}, errNotBuilt
}
