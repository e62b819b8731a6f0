package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// patience ends a request when nothing has moved for as long as limit allows, neither up
// nor down; 0 is for ever. A limit on the whole request would forbid big bodies on slow
// lines, one on the headers alone would hang on half an answer.
type patience struct {
	next  http.RoundTripper
	limit func(ctx context.Context) time.Duration
}

// Silence is the error of a server that was silent for too long.
type Silence time.Duration

func (s Silence) Error() string {
	return fmt.Sprintf("nothing moved for %v", time.Duration(s))
}

// Timeout marks it as a timeout for those who ask net.Error.
func (s Silence) Timeout() bool { return true }

// RoundTrip sends req with a clock running.
func (p *patience) RoundTrip(req *http.Request) (*http.Response, error) {
	limit := p.limit(req.Context())
	if limit <= 0 {
		return p.next.RoundTrip(req)
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{limit: limit, cancel: cancel, waits: true}
	w.timer = time.AfterFunc(limit, func() { cancel(Silence(limit)) })
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watchedBody{req.Body, w, nil}
	}
	resp, err := p.next.RoundTrip(req)
	w.stop() // until the answer is read from: the time that the caller takes is not the server's
	if err != nil {
		defer cancel(nil)
		return nil, w.explain(ctx, err)
	}
	resp.Body = &watchedBody{resp.Body, w, ctx}
	return resp, nil
}

// watch is the clock of a request and its answer.
type watch struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	waits bool // somebody waits for the server, so that the clock goes
}

// start lets the clock go.
func (w *watch) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = true
	w.timer.Reset(w.limit)
}

// moved sets the clock back, if it goes.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits {
		w.timer.Reset(w.limit)
	}
}

// stop stops the clock.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = false
	w.timer.Stop()
}

// explain returns the silence that caused err, if that was its cause.
func (w *watch) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.As(cause, new(Silence)) {
		return cause
	}
	return err
}

// watchedBody is a body that moves when it is read from. The clock goes on after
// what is sent, which waits for the network or the answer then. Behind an answer it
// stands still until the next read, also while the rest of a request is sent that was
// answered early.
type watchedBody struct {
	io.ReadCloser
	*watch
	ctx context.Context // of an answer; nil for what is sent
}

// Read reads, and says that something moved.
func (b *watchedBody) Read(p []byte) (int, error) {
	if b.ctx == nil {
		n, err := b.ReadCloser.Read(p)
		if n > 0 && err == nil {
			b.moved()
		}
		return n, err
	}
	b.start()
	defer b.stop()
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.explain(b.ctx, err)
	}
	return n, err
}

// Close stops the clock.
func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	if b.ctx != nil {
		b.stop()
		b.cancel(nil)
	}
	return err
}
