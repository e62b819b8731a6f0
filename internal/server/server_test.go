package server

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// logBuffer is a log that may be written while it is read.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestRequestIDs(t *testing.T) {
	f := newFixture(t, Options{})
	a, b := f.want(200, f.ann, "GET", "/api/v1/flows/", ""), f.want(200, f.ann, "GET", "/api/v1/flows/", "")
	if a.header.Get("X-Request-Id") == b.header.Get("X-Request-Id") {
		t.Errorf("two requests are both %s", a.header.Get("X-Request-Id"))
	}
	for id, kept := range map[string]bool{
		"abc-123.X_y:z": true, strings.Repeat("x", 128): true, strings.Repeat("x", 129): false, "a b": false, "a\"b": false, "é": false,
	} {
		r := f.want(200, f.ann, "GET", "/api/v1/flows/", "", "X-Request-Id", id)
		if got := r.header.Get("X-Request-Id"); (got == id) != kept || got == "" {
			t.Errorf("X-Request-Id %.40q was answered with %q", id, got)
		}
	}
}

// TestLog: a request's line has what one looks for, and no secrets.
func TestLog(t *testing.T) {
	var log logBuffer
	f := newFixture(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	f.want(200, f.ann, "POST", "/api/v1/flows/create", `{"name":"SECRETBODY"}`, "X-Request-Id", "one")
	f.want(200, f.ann, "GET", "/api/v1/flows/?q=SECRETQUERY", "", "X-Request-Id", "two")
	f.want(401, caller{}, "POST", "/api/v1/auths/signin", `{"email":"SECRETMAIL","password":"SECRETWORD"}`, "X-Request-Id", "three")
	f.want(404, caller{}, "GET", "/%0a%1b[31m", "", "X-Request-Id", "four")
	f.want(200, caller{}, "GET", "/health", "")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range [][]string{
		{"request_id=one", "method=POST", "path=/api/v1/flows/create", "status=200", "bytes=", "duration=", "remote=127.0.0.1:", "user=" + f.ann.id, "level=INFO"},
		{"request_id=two", "path=/api/v1/flows/ ", "status=200"},
		{"request_id=three", "status=401"},
		{"request_id=four", "status=404", `path="/\n\x1b[31m"`},
	} {
		for _, part := range want {
			if i >= len(lines) || !strings.Contains(lines[i], part) {
				t.Fatalf("line %d has no %s in\n%s", i, part, log.String())
			}
		}
	}
	if len(lines) != 4 || strings.Contains(log.String(), "SECRET") || strings.Contains(log.String(), f.ann.key) {
		t.Errorf("the log is\n%s", log.String())
	}
}

// TestPanic: a handler's panic is a 500 with a request id and nothing else.
func TestPanic(t *testing.T) {
	var log logBuffer
	s := New(newStore(t), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	s.mux = func() *http.ServeMux {
		mux := http.NewServeMux()
		mux.HandleFunc("/api/v1/flows/", func(http.ResponseWriter, *http.Request) { panic("SECRET") })
		mux.HandleFunc("/late", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			panic("SECRET")
		})
		return mux
	}
	web := httptest.NewServer(s)
	defer web.Close()
	f := &fixture{t: t, url: web.URL}
	r := f.want(500, caller{}, "GET", "/api/v1/flows/", "", "X-Request-Id", "lost")
	if want := `{"detail":"Internal Server Error","request_id":"lost"}`; r.text() != want {
		t.Errorf("answered %s, want %s", r.body, want)
	}
	for _, part := range []string{"SECRET", "request_id=lost", "server_test.go", "level=ERROR"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log has no %s:\n%s", part, log.String())
		}
	}
	resp, err := http.Get(web.URL + "/late")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if err == nil {
		t.Error("an answer that was begun before the panic came to a good end")
	}
}

func TestCORS(t *testing.T) {
	const page = "https://flows.example.org"
	for _, c := range []struct {
		origins []string
		origin  string
		want    string
	}{
		{nil, page, ""},
		{[]string{page}, page, page},
		{[]string{"https://other", page}, page, page},
		{[]string{page}, "https://evil.example", ""},
		{[]string{page}, page + ".evil.example", ""},
		{[]string{"*"}, "https://any.example", "*"},
		{[]string{page}, "", ""},
	} {
		f := newFixture(t, Options{CORSOrigins: c.origins})
		r := f.want(200, f.ann, "GET", "/api/v1/flows/", "", "Origin", c.origin)
		pre := f.want(204, caller{}, "OPTIONS", "/api/v1/flows/create", "", "Origin", c.origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
		for _, h := range []http.Header{r.header, pre.header} {
			if got := h.Get("Access-Control-Allow-Origin"); got != c.want {
				t.Errorf("%v lets %q in as %q, want %q", c.origins, c.origin, got, c.want)
			}
			if h.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are let through")
			}
			if vary := h.Get("Vary"); (vary == "Origin") != (c.origins != nil) {
				t.Errorf("%v: Vary is %q", c.origins, vary)
			}
		}
		allowed := pre.header.Get("Access-Control-Allow-Headers")
		if (c.want != "") != (strings.Contains(allowed, "Authorization") && strings.Contains(allowed, "Idempotency-Key")) {
			t.Errorf("%v: a preflight of %q allows the headers %q", c.origins, c.origin, allowed)
		}
	}
}

func TestHealthAndVersion(t *testing.T) {
	f := newFixture(t, Options{Version: `1.2 "x"`})
	if r := f.want(200, caller{}, "GET", "/health", ""); r.text() != `{"status":true}` {
		t.Errorf("healthy: %s", r.body)
	}
	if r := f.want(200, caller{}, "GET", "/api/version", ""); r.text() != `{"version":"1.2 \"x\""}` {
		t.Errorf("version: %s", r.body)
	}
	_ = f.st.Close()
	if r := f.want(503, caller{}, "GET", "/health", ""); r.text() != `{"detail":"The database does not answer"}` {
		t.Errorf("without its database: %s", r.body)
	}
}

func TestMetrics(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "")
	f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "")
	f.want(404, f.ann, "GET", "/api/v1/flows/none", "")
	f.want(404, f.ann, "GET", "/made/up", "")
	f.want(405, f.ann, "FROB", "/health", "")
	r := f.want(200, caller{}, "GET", "/metrics", "")
	for _, line := range []string{
		`flowctl_http_requests_total{method="POST",route="/api/v1/flows/create",status="200"} 1`,
		`flowctl_http_requests_total{method="GET",route="/api/v1/flows/{id}",status="200"} 2`,
		`flowctl_http_requests_total{method="GET",route="/api/v1/flows/{id}",status="404"} 1`,
		`flowctl_http_requests_total{method="other",route="none",status="404"} 1`,
		`flowctl_http_requests_total{method="other",route="/health",status="405"} 1`,
		`flowctl_http_request_duration_seconds_count{route="/api/v1/flows/{id}"} 3`,
		`flowctl_http_requests_in_flight 1`,
		`flowctl_database_up 1`,
		`# TYPE flowctl_http_requests_total counter`,
		`# TYPE flowctl_http_request_duration_seconds summary`,
		`# TYPE flowctl_runs_running gauge`,
		"# HELP flowctl_database_up\n# TYPE flowctl_database_up gauge",
	} {
		if !strings.Contains(r.text(), line+"\n") {
			t.Errorf("no %s in\n%s", line, r.body)
		}
	}
	for line := range strings.Lines(r.text()) {
		if kind, ok := strings.CutPrefix(line, "# TYPE "); ok && !regexp.MustCompile(` (counter|gauge|summary|histogram)\n$`).MatchString(kind) {
			t.Errorf("no type of Prometheus: %s", line)
		}
	}
	if strings.Contains(r.text(), id) || strings.Contains(r.text(), "/made/up") || !strings.Contains(r.text(), "process_resident_memory_bytes") {
		t.Errorf("metrics are\n%s", r.body)
	}
}

// TestDocs: the page works offline, from this server alone.
func TestDocs(t *testing.T) {
	f := newFixture(t, Options{})
	page := f.want(200, caller{}, "GET", "/docs", "")
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "http") {
		t.Errorf("the policy is %q", csp)
	}
	for _, away := range []string{"http:", "https:", `="//`} {
		if strings.Contains(page.text(), away) {
			t.Errorf("the page points away from the server (%s): %s", away, page.body)
		}
	}
	if r := f.want(301, caller{}, "GET", "/docs/", ""); r.header.Get("Location") != "../docs" {
		t.Errorf("/docs/ sends to %q", r.header.Get("Location"))
	}
	for asset, start := range map[string]string{
		"docs.js": "// Shows the contract", "swagger-ui-bundle.js": "/*! For license", "swagger-ui.css": ".swagger-ui", "favicon-32x32.png": "\x89PNG",
	} {
		if asset != "docs.js" && !strings.Contains(page.text(), `"docs/`+asset+`"`) {
			t.Errorf("the page does not use %s", asset)
		}
		for _, encoding := range []string{"gzip", "identity"} {
			r := f.want(200, caller{}, "GET", "/docs/"+asset, "", "Accept-Encoding", encoding)
			packed := r.header.Get("Content-Encoding") == "gzip"
			if packed && (encoding != "gzip" || !strings.HasPrefix(r.text(), "\x1f\x8b")) {
				t.Errorf("%s with Accept-Encoding %s came compressed", asset, encoding)
			}
			if !packed && !strings.HasPrefix(r.text(), start) {
				t.Errorf("%s begins %.40q, want %q", asset, r.body, start)
			}
		}
	}
	contract := f.want(200, caller{}, "GET", "/openapi.json", "")
	if !strings.Contains(contract.text(), `"openapi":"3.1.0"`) || !strings.Contains(contract.text(), `"tags":["flows"]`) {
		t.Errorf("the contract is %.200s", contract.body)
	}
}
