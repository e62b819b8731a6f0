package client_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/client/servertest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// quick are retries that a test can wait for.
func quick() client.Retry {
	return client.Retry{Max: 3, MinWait: time.Millisecond, MaxWait: 20 * time.Millisecond}
}

// serve starts h on a port of its own.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

func newClient(t testing.TB, url string, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(url, append([]client.Option{client.WithRetry(quick())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// upstream is a client of a backend that behaves like the real one, signed in as
// a user, Ann (see clienttest.Accounts).
func upstream(t testing.TB, opts clienttest.Options) (*client.Client, *clienttest.Backend) {
	t.Helper()
	b := clienttest.New(opts)
	return newClient(t, serve(t, b), client.WithToken("ann-token")), b
}

// our is a client of our own server on an empty database, signed in as an
// administrator.
func our(t testing.TB, opts ...client.Option) *client.Client {
	t.Helper()
	c, _ := ourServer(t, nil, opts...)
	return c
}

// ourServer puts wrap, if there is one, before our own server.
func ourServer(t testing.TB, wrap func(http.Handler) http.Handler, opts ...client.Option) (*client.Client, string) {
	t.Helper()
	s, err := servertest.New(servertest.Options{NoRuns: true, Wrap: wrap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return newClient(t, s.URL, append([]client.Option{client.WithToken(s.Token)}, opts...)...), s.Token
}

// inProcess is a client of our own server without a socket between them.
func inProcess(t testing.TB) *client.Client {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir()+"/flows.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	admin, err := server.EnsureAdmin(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, "http://local.flowctl", client.WithTransport(server.New(st, server.Options{}).Transport(*admin)))
}

// both runs a test on both kinds of server.
func both(t *testing.T, test func(t *testing.T, c *client.Client)) {
	t.Run("our server", func(t *testing.T) { test(t, our(t)) })
	t.Run("in process", func(t *testing.T) { test(t, inProcess(t)) })
	t.Run("real backend", func(t *testing.T) {
		c, _ := upstream(t, clienttest.Options{})
		test(t, c)
	})
}

func spec(t testing.TB, text string) flow.Spec {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const twoNodes = `{"name":"Two","description":"d","nodes":[{"id":"a","type":"input","position":{"x":1.0,"y":2},"data":{"big":1152921504606846976,"html":"<&>"},"custom":true},{"id":"b","type":"output"}],"edges":[{"id":"e","source":"a","target":"b"}]}`

func create(t testing.TB, c *client.Client, text string) flow.Flow {
	t.Helper()
	f, err := c.Flows.Create(t.Context(), spec(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func names(flows []flow.Flow) string {
	var list []string
	for _, f := range flows {
		list = append(list, f.Name)
	}
	return strings.Join(list, ",")
}

// reply answers every request with a status, a content type and a body.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func listNames(t testing.TB, c *client.Client) string {
	t.Helper()
	flows, err := c.Flows.List(context.Background(), client.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return names(flows)
}
