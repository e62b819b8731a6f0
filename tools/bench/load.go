package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 16
	loadTime    = 3 * time.Second
)

// request is what a load sends again and again.
type request struct {
	method, url, key string
	body             []byte
	vary             func(n int64, r *request) // makes it the n-th request, unless nil
}

// load sends the request over 16 connections for loadTime and returns the number
// of answers a second.
func load(ctx context.Context, r request) (float64, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	var answers, sent atomic.Int64
	errs := make(chan error, connections)
	var all sync.WaitGroup
	start := time.Now()
	for range connections {
		all.Go(func() {
			for {
				next := r
				if r.vary != nil {
					r.vary(sent.Add(1), &next)
				}
				err := next.send(ctx, transport)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					errs <- err
					return
				}
				answers.Add(1)
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	select {
	case err := <-errs:
		return 0, err
	default:
		return float64(answers.Load()) / took.Seconds(), nil
	}
}

func (r request) send(ctx context.Context, t *http.Transport) error {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", r.method, r.url, resp.Status)
	}
	return nil
}
