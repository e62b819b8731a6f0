package httpx

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// early is a server that answers before it has taken the request, and goes on
// taking it when it is told to.
type early struct{ request io.Reader }

func (e *early) RoundTrip(req *http.Request) (*http.Response, error) {
	e.request = req.Body
	answer, send := io.Pipe()
	go func() {
		<-req.Context().Done()
		_ = send.CloseWithError(req.Context().Err())
	}()
	go func() { _, _ = send.Write([]byte("answer")) }()
	return &http.Response{StatusCode: 200, Body: answer, Request: req}, nil
}

// What is still being sent after the answer came does not count the time that the
// caller takes to read it.
func TestPatienceWithTheCaller(t *testing.T) {
	const limit = 30 * time.Millisecond
	server := &early{}
	p := &idleTimeout{next: server, limit: func(context.Context) time.Duration { return limit }}
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://localhost", io.NopCloser(strings.NewReader("request")))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := server.request.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * limit) // the caller's
	text := make([]byte, 10)
	if n, err := resp.Body.Read(text); err != nil || string(text[:n]) != "answer" {
		t.Errorf("read %q, %v", text[:n], err)
	}
	// Now it is the server that is silent.
	if _, err := resp.Body.Read(text); err == nil || err.Error() != "nothing moved for 30ms" {
		t.Errorf("error is %v, want silence", err)
	}
}
