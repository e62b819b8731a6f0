package provider

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// debugLog writes a line about every request when its answer begins.
type debugLog struct {
	next http.RoundTripper
	hide func(string) string // takes the token out
	mu   sync.Mutex
	out  io.Writer
}

// RoundTrip sends req and notes how it went.
func (d *debugLog) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := d.next.RoundTrip(req)
	went := ""
	if err != nil {
		went = fmt.Sprintf("failed %q", err.Error())
	} else {
		went = fmt.Sprint(resp.StatusCode)
	}
	line := fmt.Sprintf("%s %s://%s%s %s %v", req.Method, req.URL.Scheme, req.URL.Host, req.URL.EscapedPath(), went,
		time.Since(start).Round(10*time.Microsecond))
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = io.WriteString(d.out, d.hide(line)+"\n")
	return resp, err
}
