package client

import (
	"context"
	"encoding/json"
	"net/http"
)

const versionPath = "/api/version"

// ServerService asks the backend about itself. It needs no token.
type ServerService struct{ c *conn }

// ServerInfo says what answers at the base URL.
type ServerInfo struct {
	Version string `json:"version"`
	Flowctl bool   `json:"flowctl"` // our own server, not the real backend
}

// Health fails unless the server is up.
func (s *ServerService) Health(ctx context.Context) error {
	var state json.RawMessage
	_, err := s.c.into(ctx, &call{verb: "ask for the server's health", method: http.MethodGet, path: "/health"}, &state, "a state of health")
	return err
}

// Info gives the server's version and kind.
func (s *ServerService) Info(ctx context.Context) (ServerInfo, error) {
	var info ServerInfo
	h, err := s.c.into(ctx, &call{verb: "ask for the server's version", method: http.MethodGet, path: versionPath}, &info, "a version")
	info.Flowctl = isOurs(h)
	return info, err
}
