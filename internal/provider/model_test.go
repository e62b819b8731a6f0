package provider

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/modeltest"
)

// TestChat asks models that answer, whether they do as they are asked or not.
func TestChat(t *testing.T) {
	for _, c := range []struct {
		model  string
		stream bool
		deltas []string
		tokens int
		asks   int
	}{
		{"plain", false, nil, 12, 1},
		{"plain", true, []string{"MODEL(plain): ", "how ", "are ", "you"}, 12, 1},
		{"whole", true, []string{"MODEL(whole): how are you"}, 12, 1},
		{"always", false, nil, 0, 1},
		{"old", true, []string{"MODEL(old): ", "how ", "are ", "you"}, 0, 2},
	} {
		m, s := startModel(t)
		var deltas []string
		var delta func(string)
		if c.stream {
			delta = func(text string) { deltas = append(deltas, text) }
		}
		answer, err := m.Chat(t.Context(), question(c.model, c.stream), delta)
		if err != nil {
			t.Errorf("%s: %v", c.model, err)
			continue
		}
		text, tokens := said(t, answer)
		if want := "MODEL(" + c.model + "): how are you"; text != want || tokens != c.tokens {
			t.Errorf("%s: the answer is %q of %d tokens, want %q of %d", c.model, text, tokens, want, c.tokens)
		}
		if !slices.Equal(deltas, c.deltas) {
			t.Errorf("%s: came as %q, want %q", c.model, deltas, c.deltas)
		}
		asked := s.Requests()
		if len(asked) != c.asks {
			t.Errorf("%s: asked %d times, want %d", c.model, len(asked), c.asks)
		}
	}
}

func TestChatRequest(t *testing.T) {
	m, s := startModel(t)
	if _, err := m.Chat(t.Context(), question("plain", true), nil); err != nil {
		t.Fatal(err)
	}
	r := s.Requests()[0]
	const want = `{"model":"plain","messages":[{"role":"user","content":"how are you"}],"stream":true,"temperature":0.20,"stream_options":{"include_usage":true}}`
	if r.Path != "/v1/chat/completions" || r.Authorization != "Bearer "+secret || r.Body != want {
		t.Errorf("the request is %s %q\n%s\nwant\n%s", r.Path, r.Authorization, r.Body, want)
	}
}

// TestChatFails asks models that do not answer as they should.
func TestChatFails(t *testing.T) {
	for _, c := range []struct {
		model  string
		stream bool
		status int // of an HTTPError, 0 for another error
		want   string
	}{
		{"down", false, 500, "500 Internal Server Error: boom for Bearer …"},
		{"down", true, 500, "500 Internal Server Error: boom for Bearer …"},
		{"busy-1", true, 429, "429 Too Many Requests: slow down"},
		{"cut", true, 0, "broke off: unexpected EOF; try again"},
		{"garbled", true, 0, `an event that is not a piece of an answer: "{no"`},
		{"gateway", true, 502, `502 Bad Gateway: text/html "502 Bad Gateway"`},
	} {
		m, _ := startModel(t)
		_, err := m.Chat(t.Context(), question(c.model, c.stream), func(string) {})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", c.model, err, c.want)
			continue
		}
		var answer *engine.HTTPError
		if status := 0; errors.As(err, &answer) {
			if status = answer.StatusCode; status != c.status {
				t.Errorf("%s: the status is %d, want %d", c.model, status, c.status)
			}
		} else if c.status != 0 {
			t.Errorf("%s: %v is not an HTTPError", c.model, err)
		}
		if strings.Contains(err.Error(), secret) || answer != nil && strings.Contains(string(answer.Body), secret) {
			t.Errorf("%s: the token is in the error %v", c.model, err)
		}
	}
}

func TestChatCancelled(t *testing.T) {
	for _, model := range []string{"hang", "stall"} {
		m, s := startModel(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.Arrived = cancel
		start := time.Now()
		_, err := m.Chat(ctx, question(model, true), func(string) {})
		if !errors.Is(err, context.Canceled) || time.Since(start) > 5*time.Second {
			t.Errorf("%s: the error is %v after %v, want that it was cancelled, at once", model, err, time.Since(start))
		}
		for s.Gone() == 0 { // the request is taken back
			if time.Since(start) > 5*time.Second {
				t.Fatalf("%s: the server still works on the request", model)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func TestSilence(t *testing.T) {
	_, s := startModel(t)
	web := httptest.NewServer(s)
	defer web.Close()
	m, err := NewModel(web.URL, Options{Silence: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for model, want := range map[string]string{"hang": "no answer from http://", "stall": "broke off: nothing moved for 50ms"} {
		_, err := m.Chat(t.Context(), question(model, true), func(string) {})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "nothing moved for 50ms; it may be overloaded") {
			t.Errorf("%s: the error is %v, want %q", model, err, want)
		}
	}
}

// TestSlow waits longer in all than the other side may be silent.
func TestSlow(t *testing.T) {
	_, s := startModel(t)
	web := httptest.NewServer(s)
	defer web.Close()
	m, err := NewModel(web.URL, Options{Silence: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	q := question("slow", true)
	q.Messages[0].Text = "one two three four five six seven"
	if _, err := m.Chat(t.Context(), q, nil); err != nil {
		t.Error(err)
	}
}

// TestRetry runs a flow over HTTP: the engine tries again what the statuses allow.
func TestRetry(t *testing.T) {
	m, s := startModel(t)
	if text, err := runModel(t, m, "busy-2"); err != nil || text != `"MODEL(busy-2): hello"` || len(s.Requests()) != 3 {
		t.Errorf("the result is %s, %v after %d requests, want it after 3", text, err, len(s.Requests()))
	}
	m, s = startModel(t)
	if _, err := runModel(t, m, "down"); err == nil || len(s.Requests()) != 3 {
		t.Errorf("the error is %v after %d requests, want one after 3", err, len(s.Requests()))
	}
	for _, model := range []string{"reset-2", "cut-2", "timeout-2"} {
		m, s = startModel(t)
		if text, err := runModel(t, m, model); err != nil || !strings.Contains(text, "hello") || len(s.Requests()) != 3 {
			t.Errorf("%s: the result is %s, %v after %d requests, want it after 3", model, text, err, len(s.Requests()))
		}
	}
	m, s = startModel(t)
	if _, err := runModel(t, m, "overloaded"); err == nil || !strings.Contains(err.Error(), "503 Service Unavailable: overloaded for Bearer …") || len(s.Requests()) != 3 {
		t.Errorf("the error is %v after %d requests, want one after 3", err, len(s.Requests()))
	}
}

// TestAzure keeps the query of the address and sends the key in a header.
func TestAzure(t *testing.T) {
	s := modeltest.New()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.Replace(r.URL.Path, "/openai/deployments/gpt", "/v1", 1)
		s.ServeHTTP(w, r)
	}))
	defer web.Close()
	var log strings.Builder
	m, err := NewModel(web.URL+"/openai/deployments/gpt/chat/completions?api-version=2024-10-21&sig="+secret, Options{
		Header: http.Header{"Api-Key": {"azure-" + secret}}, Debug: &log,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Chat(t.Context(), question("plain", true), nil); err != nil {
		t.Fatal(err)
	}
	r := s.Requests()[0]
	if r.Path != "/v1/chat/completions" || r.Query != "api-version=2024-10-21&sig="+secret || r.APIKey != "azure-"+secret || r.Authorization != "" {
		t.Errorf("the request is %+v", r)
	}
	if text := log.String(); strings.Contains(text, secret) || !strings.Contains(text, "/chat/completions?api-version=2024-10-21&sig=… 200 ") {
		t.Errorf("the log is %s", text)
	}
}

// TestNewLimit asks a server that wants max_completion_tokens, twice: it refuses the
// other name once.
func TestNewLimit(t *testing.T) {
	m, s := startModel(t)
	q := question("o1", true)
	q.Settings = append(q.Settings, engine.Setting{Name: "max_tokens", Value: []byte("7")})
	for range 2 {
		if _, err := m.Chat(t.Context(), q, nil); err != nil {
			t.Fatal(err)
		}
	}
	r := s.Requests()
	if len(r) != 3 || !strings.Contains(r[1].Body, `"max_completion_tokens":7`) || strings.Contains(r[2].Body, `"max_tokens"`) {
		t.Errorf("the requests are %+v", r)
	}
}

// TestProxy names the proxy, without its password.
func TestProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<title>Blocked</title>"))
	}))
	defer proxy.Close()
	through := httpx.NewTransport(nil)
	through.Proxy = func(*http.Request) (*url.URL, error) {
		u, err := url.Parse(proxy.URL)
		u.User = url.UserPassword("bob", secret)
		return u, err
	}
	var log strings.Builder
	m, err := NewModel("http://model.test/v1", Options{Transport: through, Debug: &log})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Chat(t.Context(), question("plain", false), nil)
	if want := `403 Forbidden: text/html "Blocked" through the proxy ` + proxy.URL; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	address := proxy.URL
	proxy.Close()
	_, err = m.Chat(t.Context(), question("plain", false), nil)
	if want := "no answer from http://model.test through the proxy " + address + ": "; err == nil || !strings.HasPrefix(err.Error(), want) || !errors.As(err, new(*engine.LostError)) {
		t.Errorf("the error is %v, want %s", err, want)
	}
	if text := log.String(); strings.Contains(text, secret) || strings.Count(text, " proxy="+address) != 2 {
		t.Errorf("the log is %s", text)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://localhost:11434":             "http://localhost:11434/v1",
		"http://localhost:11434/":            "http://localhost:11434/v1",
		"https://api.test/v1/":               "https://api.test/v1",
		"https://api.test/openai":            "https://api.test/openai",
		"http://h/v1/chat/completions":       "http://h/v1",
		"ftp://api.test":                     "",
		"localhost:11434":                    "",
		"https://user:" + secret + "@h.test": "",
		"https://h.test/?key=" + secret:      "https://h.test/v1",
		"https://h.test/?k=%zz" + secret:     "",
		"https://h.test/\x00" + secret:       "",
	} {
		m, err := NewModel(address, Options{})
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was taken", address)
		case want == "" && strings.Contains(err.Error(), secret):
			t.Errorf("the error has the secret: %v", err)
		case want != "" && err != nil:
			t.Errorf("%q: %v", address, err)
		case want != "" && m.(*openAI).conn.base.String() != want:
			t.Errorf("%q means %q, want %q", address, m.(*openAI).conn.base, want)
		}
	}
	if m, err := NewModel("echo:", Options{}); err != nil || m != (engine.Echo{}) {
		t.Errorf("echo: is %v, %v", m, err)
	}
	if _, err := NewModel("http://h", Options{Token: "two words"}); err == nil || strings.Contains(err.Error(), "two words") {
		t.Errorf("a key with a blank returns %v", err)
	}
}

func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	_ = l.Close()
	m, err := NewModel(address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Chat(t.Context(), question("plain", false), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "no answer from "+address+": ") {
		t.Errorf("the error is %v", err)
	}
}

// TestRedirect sees to it that the key goes to no other host.
func TestRedirect(t *testing.T) {
	_, s := startModel(t)
	other := httptest.NewServer(s)
	defer other.Close()
	web := httptest.NewServer(http.RedirectHandler(other.URL+"/v1/chat/completions?secret=1", http.StatusTemporaryRedirect))
	defer web.Close()
	m, err := NewModel(web.URL, Options{Token: secret})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Chat(t.Context(), question("plain", false), nil)
	if err == nil || !strings.Contains(err.Error(), "not followed to "+other.URL+", because that is another port, which must not see the token") {
		t.Errorf("the error is %v", err)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}
