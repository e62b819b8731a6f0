package cmdutil

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
)

// closedBody is an answer whose connection is closed while it is read, which is one of
// the errors that net/http has for a context that ends.
type closedBody struct{ begin io.Reader }

func (b closedBody) Close() error { return nil }

func (b closedBody) Read(p []byte) (int, error) {
	if n, err := b.begin.Read(p); err == nil {
		return n, nil
	}
	return 0, &net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// TestInterruptedAnswer interrupts the reading of an answer that has begun to come.
func TestInterruptedAnswer(t *testing.T) {
	for name, body := range map[string]string{
		"list":      `[{"id":"a","name":"A"},{"id":"b","name":"`,
		"flow":      `{"id":"a","name":"`,
		"execution": `{"id":"a","status":"`,
	} {
		c, err := client.New("http://127.0.0.1", client.WithRetry(client.Retry{}), client.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			resp := w.Result()
			resp.Request, resp.Body, resp.ContentLength = r, closedBody{strings.NewReader(body)}, -1
			return resp, nil
		})))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		switch name {
		case "list":
			for _, err = range c.Flows.All(ctx, client.ListOptions{}) {
				cancel() // after the first flow
			}
		case "flow":
			_, err = c.Flows.Get(ctx, "a")
		case "execution":
			_, err = c.Executions.Get(ctx, "a", "b")
		}
		cancel()
		if got := new(App).ErrorText(ctx, fmt.Errorf("do it: %w", err)); got != "interrupted" {
			t.Errorf("%s: %q is told of %v", name, got, err)
		}
	}
}
