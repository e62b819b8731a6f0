package server

import (
	"log/slog"
	"net/http"
	"time"
)

// maxLogged is how many bytes of a path are logged: anybody may send 64 KiB.
const maxLogged = 1 << 10

// logRequest logs a request that was answered, without its query, headers and body, which may
// contain secrets.
func (s *Server) logRequest(c *call, start time.Time) {
	level := slog.LevelInfo
	switch {
	case c.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case c.route == "/health" || c.route == "/metrics":
		level = slog.LevelDebug // asked for every few seconds by machines
	}
	ctx := c.r.Context()
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := [...]slog.Attr{
		slog.String("request_id", c.id),
		slog.String("method", c.r.Method),
		slog.String("path", clip(c.r.URL.Path, maxLogged)),
		slog.Int("status", c.status),
		slog.Int64("bytes", c.written),
		slog.Duration("duration", time.Since(start)),
		slog.String("remote", s.remoteOf(c.r)),
		slog.String("user", c.userID()),
		slog.Any("error", c.cause),
	}
	n := len(attrs)
	if c.cause == nil {
		n--
	}
	s.log.LogAttrs(ctx, level, "request", attrs[:n]...)
}
