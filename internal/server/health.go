package server

import (
	"context"
	"net/http"
	"time"
)

// health tells a supervisor that the server and its database answer.
func (s *Server) health(c *call) error {
	ctx, cancel := context.WithTimeout(c.r.Context(), 2*time.Second)
	defer cancel()
	if err := s.st.Ping(ctx); err != nil {
		return &problem{status: http.StatusServiceUnavailable, detail: "The database does not answer", cause: err}
	}
	c.json(http.StatusOK, []byte(`{"status":true}`))
	return nil
}

func (s *Server) apiVersion(c *call) error {
	b := appendQuoted([]byte(`{"version":`), s.version)
	c.json(http.StatusOK, append(b, '}'))
	return nil
}
