package client

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// debugLog writes a line about every request when its answer has been read.
type debugLog struct {
	next http.RoundTripper
	hide func(string) string // takes the token out
	mu   sync.Mutex
	out  io.Writer
}

// RoundTrip sends req and notes how it went.
func (d *debugLog) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	line := req.Method + " " + publicURL(req.URL)
	try := callOf(req.Context()).tries
	resp, err := d.next.RoundTrip(req)
	if err != nil {
		d.write(line, "failed", start, try, fmt.Sprintf("error=%q", printable(d.hide(err.Error()), 300)))
		return nil, err
	}
	resp.Body = &countedBody{ReadCloser: resp.Body, done: func(n int64) {
		extra := fmt.Sprintf("%dB", n)
		if id := requestID(resp.Header); id != "" {
			extra += " request-id=" + d.hide(id)
		}
		d.write(line, fmt.Sprint(resp.StatusCode), start, try, extra)
	}}
	return resp, nil
}

func (d *debugLog) write(line, status string, start time.Time, try int, extra string) {
	line = fmt.Sprintf("%s %s %v %s", d.hide(line), status, time.Since(start).Round(10*time.Microsecond), extra)
	if try > 1 {
		line += fmt.Sprintf(" try=%d", try)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = io.WriteString(d.out, line+"\n")
}

// publicURL is u without the values of query parameters that are not the flows
// API's own: a redirect of a sign-on service may carry anything.
func publicURL(u *url.URL) string {
	known := []string{"limit", "cursor", "q", "include", "all", "page"}
	query := u.Query()
	for key := range query {
		if !slices.Contains(known, key) {
			query[key] = []string{"…"}
		}
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	text := shown.String()
	if len(query) > 0 {
		text += "?" + strings.ReplaceAll(query.Encode(), "%E2%80%A6", "…")
	}
	return printable(text, 1000)
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
