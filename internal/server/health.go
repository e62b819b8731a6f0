package server

import (
	"context"
	"net/http"
	"time"
)

// health reports to a supervisor that the server and its database answer.
func (s *Server) health(c *call) error {
	if err := s.pingStore(c.r.Context()); err != nil {
		return &problem{status: http.StatusServiceUnavailable, detail: "The database does not answer", cause: err}
	}
	c.json(http.StatusOK, []byte(`{"status":true}`))
	return nil
}

// pingStore reports whether the database answers soon.
func (s *Server) pingStore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return s.st.Ping(ctx)
}

func (s *Server) apiVersion(c *call) error {
	b := appendQuoted([]byte(`{"version":`), s.version)
	c.json(http.StatusOK, append(b, '}'))
	return nil
}
