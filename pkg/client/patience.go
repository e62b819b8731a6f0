package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// patience gives up a request when nothing has moved for limit, neither up nor
// down. A limit on the whole request would forbid big bodies on slow lines, one
// on the headers alone would hang on half an answer.
type patience struct {
	next  http.RoundTripper
	limit time.Duration
}

// beatPatience is how long a stream of events may be silent at least: our server
// says every 15 seconds that it is there.
const beatPatience = time.Minute

// silence is the error of a server that was silent for too long.
type silence time.Duration

func (s silence) Error() string {
	return fmt.Sprintf("nothing moved for %v", time.Duration(s))
}

// Timeout marks it as a timeout for those who ask net.Error.
func (s silence) Timeout() bool { return true }

// RoundTrip sends req with a clock running.
func (p *patience) RoundTrip(req *http.Request) (*http.Response, error) {
	k, limit := callOf(req.Context()), p.limit
	switch {
	case k.patient:
		return p.next.RoundTrip(req)
	case k.beats:
		limit = max(limit, beatPatience)
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{limit: limit, cancel: cancel}
	w.timer = time.AfterFunc(limit, func() { cancel(silence(limit)) })
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watchedBody{req.Body, w, nil}
	}
	resp, err := p.next.RoundTrip(req)
	if err != nil {
		w.timer.Stop()
		defer cancel(nil)
		return nil, w.explain(ctx, err)
	}
	w.timer.Stop() // until it is read from: the time that the caller takes is not the server's
	resp.Body = &watchedBody{resp.Body, w, ctx}
	return resp, nil
}

type watch struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// explain gives the silence behind err, if that was its cause.
func (w *watch) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.As(cause, new(silence)) {
		return cause
	}
	return err
}

// watchedBody is a body that moves when it is read from. The clock goes on behind what
// is sent, which waits for the network or the answer then; behind an answer it stands
// still until the next read.
type watchedBody struct {
	io.ReadCloser
	*watch
	ctx context.Context // of an answer; nil for what is sent
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if b.ctx != nil {
		b.timer.Reset(b.limit)
		defer b.timer.Stop()
	}
	n, err := b.ReadCloser.Read(p)
	if n > 0 && err == nil && b.ctx == nil {
		b.timer.Reset(b.limit)
	}
	if err != nil && !errors.Is(err, io.EOF) && b.ctx != nil {
		err = b.explain(b.ctx, err)
	}
	return n, err
}

// Close stops the clock.
func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	if b.ctx != nil {
		b.timer.Stop()
		b.cancel(nil)
	}
	return err
}
