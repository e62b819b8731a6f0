package server

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// health reports to a supervisor that the server and its database answer.
func (s *Server) health(c *call) error {
	if err := s.pingStore(c.r.Context()); err != nil {
		return &problem{status: http.StatusServiceUnavailable, detail: "The database does not answer", cause: err}
	}
	c.json(http.StatusOK, []byte(`{"status":true}`))
	return nil
}

// pingStore returns an error if the database does not answer soon.
func (s *Server) pingStore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return s.st.Ping(ctx)
}

func (s *Server) apiVersion(c *call) error {
	b := rawjson.AppendString([]byte(`{"version":`), s.version)
	c.json(http.StatusOK, append(b, '}'))
	return nil
}

// serverMetrics counts requests by route and status. The set is the server's own,
// so that two servers in one process do not mix.
type serverMetrics struct {
	set      *metrics.Set
	inFlight atomic.Int64
	served   sync.Map // routeStatus -> routeMetrics, whose names are long
}

type routeStatus struct {
	method, route string
	status        int
}

type routeMetrics struct {
	requests *metrics.Counter
	times    *metrics.Summary
}

func (s *Server) newMetrics() *serverMetrics {
	metrics.ExposeMetadata(true) // for all sets: the package knows no other way
	m := &serverMetrics{set: metrics.NewSet()}
	m.set.NewGauge("flowctl_http_requests_in_flight", func() float64 { return float64(m.inFlight.Load()) })
	m.set.NewGauge("flowctl_runs_running", func() float64 { running, _ := s.runs.count(); return float64(running) })
	m.set.NewGauge("flowctl_runs_waiting", func() float64 { _, waiting := s.runs.count(); return float64(waiting) })
	return m
}

// observe notes an answered request. Its labels come from the route table, not
// from the request, whose sender could make up new ones without end.
func (m *serverMetrics) observe(c *call, took time.Duration) {
	method, route := "other", "none"
	if c.route != "" {
		route = c.route
		switch c.r.Method {
		case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
			method = c.r.Method
		}
	}
	key := routeStatus{method, route, c.status}
	found, ok := m.served.Load(key)
	if !ok {
		found, _ = m.served.LoadOrStore(key, routeMetrics{
			m.set.GetOrCreateCounter("flowctl_http_requests_total{method=" + strconv.Quote(method) +
				",route=" + strconv.Quote(route) + `,status="` + strconv.Itoa(c.status) + `"}`),
			m.set.GetOrCreateSummary("flowctl_http_request_duration_seconds{route=" + strconv.Quote(route) + "}"),
		})
	}
	r := found.(routeMetrics)
	r.requests.Inc()
	r.times.Update(took.Seconds())
}

// writeMetrics answers in the Prometheus text format. It asks for no key, as
// usual: there are no names or ids in it, only numbers.
func (s *Server) writeMetrics(c *call) error {
	up := uint64(0)
	if s.pingStore(c.r.Context()) == nil {
		up = 1
	}
	c.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	c.WriteHeader(http.StatusOK)
	s.metrics().set.WritePrometheus(c)
	metrics.WriteGaugeUint64(c, "flowctl_database_up", up)
	metrics.WriteProcessMetrics(c)
	return nil
}
