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

// idleTimeout ends a request when nothing has moved for as long as limit allows, neither up
// nor down; 0 is for ever. A limit on the whole request would forbid big bodies on slow
// lines, one on the headers alone would hang on half an answer.
type idleTimeout struct {
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
func (p *idleTimeout) RoundTrip(req *http.Request) (*http.Response, error) {
	limit := p.limit(req.Context())
	if limit <= 0 {
		return p.next.RoundTrip(req)
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{limit: limit, cancel: cancel, waits: true}
	w.timer = time.AfterFunc(limit, func() { cancel(Silence(limit)) })
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = sentBody{req.Body, w}
	}
	resp, err := p.next.RoundTrip(req)
	w.wait(false) // until the answer is read from: the time that the caller takes is not the server's
	if err != nil {
		defer cancel(nil)
		return nil, w.explain(ctx, err)
	}
	resp.Body = answerBody{resp.Body, w, ctx}
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

// wait starts the clock, or stops it.
func (w *watch) wait(waits bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits = waits; waits {
		w.timer.Reset(w.limit)
	} else {
		w.timer.Stop()
	}
}

// moved sets the clock back, if it goes.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits {
		w.timer.Reset(w.limit)
	}
}

// explain returns the silence that caused err, if that was its cause.
func (w *watch) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.As(cause, new(Silence)) {
		return cause
	}
	return err
}

// sentBody sets the clock back when it is read from. The clock goes on after that: what is
// sent waits for the network, or for the answer.
type sentBody struct {
	io.ReadCloser
	w *watch
}

func (b sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 && err == nil {
		b.w.moved()
	}
	return n, err
}

// answerBody lets the clock go while it is read from, and not until the next read, even if
// the rest of a request is still sent that was answered early.
type answerBody struct {
	io.ReadCloser
	w   *watch
	ctx context.Context
}

func (b answerBody) Read(p []byte) (int, error) {
	b.w.wait(true)
	defer b.w.wait(false)
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.w.explain(b.ctx, err)
	}
	return n, err
}

// Close stops the clock.
func (b answerBody) Close() error {
	err := b.ReadCloser.Close()
	b.w.wait(false)
	b.w.cancel(nil)
	return err
}
