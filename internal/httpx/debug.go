package httpx

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Log writes a line about every request when its answer has been read: method, URL,
// status, duration, bytes, request id, proxy, number of the try. Neither headers nor
// bodies are ever written. Lines of concurrent requests do not mix.
type Log struct {
	Out   io.Writer
	Hide  func(string) string       // takes secrets out
	Query []string                  // the parameters of queries whose values are shown
	Try   func(context.Context) int // the number of a request's try, from 1; nil if there is only one

	network, next http.RoundTripper // next leads to network
	mu            sync.Mutex
}

// RoundTrip sends req and notes how it went.
func (l *Log) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	line := req.Method + " " + l.url(req.URL)
	extra := ""
	if proxy := ProxyOf(l.network, req.URL); proxy != "" {
		extra += " proxy=" + proxy
	}
	if l.Try != nil && l.Try(req.Context()) > 1 {
		extra += fmt.Sprintf(" try=%d", l.Try(req.Context()))
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		l.write(line, "failed", start, fmt.Sprintf("error=%q", Printable(l.Hide(err.Error()), 300))+extra)
		return nil, err
	}
	resp.Body = &countedBody{ReadCloser: resp.Body, done: func(n int64) {
		what := fmt.Sprintf("%dB", n)
		if id := Printable(resp.Header.Get("X-Request-Id"), 80); id != "" {
			what += " request-id=" + l.Hide(id)
		}
		l.write(line, fmt.Sprint(resp.StatusCode), start, what+extra)
	}}
	return resp, nil
}

func (l *Log) write(line, status string, start time.Time, extra string) {
	line = fmt.Sprintf("%s %s %v %s", l.Hide(line), status, time.Since(start).Round(10*time.Microsecond), extra)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.Out, line+"\n")
}

// url returns u without the values of query parameters that are not known to be
// harmless: a redirect of a sign-on service may carry anything.
func (l *Log) url(u *url.URL) string {
	query := u.Query()
	for key := range query {
		if !slices.Contains(l.Query, key) {
			query[key] = []string{"…"}
		}
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	text := shown.String()
	if len(query) > 0 {
		text += "?" + strings.ReplaceAll(query.Encode(), "%E2%80%A6", "…")
	}
	return Printable(text, 1000)
}

// countedBody calls done once, when it is closed, with the number of bytes read.
type countedBody struct {
	io.ReadCloser
	n    int64
	done func(int64)
	once sync.Once
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// Close ends the count.
func (b *countedBody) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { b.done(b.n) })
	return err
}
