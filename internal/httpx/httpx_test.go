package httpx

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": -1, "7": 7 * time.Second, "-1": -1, "soon": -1, "0": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
	} {
		h := http.Header{}
		h.Set("Retry-After", text)
		got, ok := RetryAfter(h, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct{ kind, body, want string }{
		{"text/html; charset=utf-8", "<!doctype html><title>Open WebUI</title>", `text/html "Open WebUI"`},
		{"text/html", "<html><body>x", "text/html"},
		{"text/plain", "no upstream", "no upstream"},
		{"", "", "an empty answer"},
		{"application/x-ndjson", "{\"a\":1}\n{\"a\":2}", `application/x-ndjson "{\"a\":1} {\"a\":2}"`},
	} {
		h := http.Header{"Content-Type": {c.kind}}
		if got := Describe(h, []byte(c.body)); got != c.want {
			t.Errorf("%q of %s is %s, want %s", c.body, c.kind, got, c.want)
		}
	}
}

func TestProxyOf(t *testing.T) {
	rt := NewTransport(nil)
	rt.Proxy = func(req *http.Request) (*url.URL, error) {
		if req.URL.Host == "direct.test" {
			return nil, nil
		}
		return url.Parse("http://user:secret@proxy.test:3128/x")
	}
	for host, want := range map[string]string{"direct.test": "", "far.test": "http://proxy.test:3128"} {
		got := ProxyOf(rt, &url.URL{Scheme: "https", Host: host})
		if got != want {
			t.Errorf("%s goes through %q, want %q", host, got, want)
		}
	}
}
