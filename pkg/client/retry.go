package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/flowctl/flowctl/internal/httpx"
)

// Retry says how often and how patiently a failed call is tried again; see the
// package comment for which calls are.
type Retry struct {
	Max     int           // tries after the first one; 0 is none
	MinWait time.Duration // the wait before the first of them is at most this; it doubles from try to try
	MaxWait time.Duration // no wait is longer; where Retry-After asks for more, there is no further try
}

func defaultRetry() Retry {
	return Retry{Max: 3, MinWait: 100 * time.Millisecond, MaxWait: 30 * time.Second}
}

// again reports whether resty should try once more.
func (c *conn) again(resp *resty.Response, err error) bool {
	if resp == nil { // the request could not even be made
		return false
	}
	k, status := callOf(resp.Request.Context()), resp.StatusCode()
	arrived := mayHaveArrived(resp, err)
	k.lost = k.lost || arrived
	switch {
	case k.tries > c.retry.Max || resp.Request.Context().Err() != nil:
		return false
	case err != nil && httpx.IsPermanent(err):
		return false
	case err == nil && !isPassing(status):
		return false
	case err == nil && c.retry.isTooLong(resp.Header()):
		return false
	}
	refused := status == http.StatusTooManyRequests // and so not begun
	return refused || err != nil && !arrived || k.repeatable || k.method != http.MethodPost
}

// isTooLong reports whether the server asks for a wait that is too long to be sat out.
func (r Retry) isTooLong(h http.Header) bool {
	d, ok := httpx.RetryAfter(h, time.Now())
	return ok && d > r.MaxWait
}

// isPassing reports whether a status may be another one the next time.
func isPassing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// mayHaveArrived reports whether a try without a real answer may have been carried
// out. A connection that never came about carried nothing.
func mayHaveArrived(resp *resty.Response, err error) bool {
	switch resp.StatusCode() {
	case http.StatusBadGateway, http.StatusGatewayTimeout: // a proxy lost the server's answer
		return true
	}
	return err != nil && !httpx.IsDialError(err) && !errors.As(err, new(*httpx.RedirectError))
}

// wait is the time before the next try: what the server asks for and a little, so
// that parallel calls do not come back all at once; else anything up to a limit
// that doubles every time. resty cuts it at MaxWait.
func (c *conn) wait(_ *resty.Client, resp *resty.Response) (time.Duration, error) {
	if d, ok := httpx.RetryAfter(resp.Header(), time.Now()); ok {
		return d + jitter(c.retry.MinWait), nil
	}
	return c.retry.backoff(callOf(resp.Request.Context()).tries), nil
}

// backoff is a random wait after so many tries.
func (r Retry) backoff(tries int) time.Duration {
	limit := r.MinWait
	for i := 1; i < tries && limit < r.MaxWait; i++ {
		limit *= 2
	}
	return jitter(min(limit, r.MaxWait))
}

func jitter(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return rand.N(limit) //nolint:gosec // nobody gains by guessing a wait
}

// discard closes the answer of a try that is followed by another.
func discard(resp *resty.Response, _ error) {
	if resp != nil && resp.RawResponse != nil {
		_ = resp.RawResponse.Body.Close()
	}
}

// sleep waits for d or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
