package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// silentError is the error of a server that was silent for too long. A limit on
// the whole call would forbid long answers.
type silentError time.Duration

func (e silentError) Error() string {
	return fmt.Sprintf("nothing came for %v; it may be overloaded: try again, or allow more with --timeout", time.Duration(e))
}

// silence cancels a call when nothing has come for its limit.
type silence struct {
	limit  time.Duration
	timer  *time.Timer // nil without a limit
	cancel context.CancelCauseFunc
}

func watchSilence(ctx context.Context, limit time.Duration) (context.Context, *silence) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &silence{limit: limit, cancel: cancel}
	if limit > 0 {
		s.timer = time.AfterFunc(limit, func() { cancel(silentError(limit)) })
	}
	return ctx, s
}

func (s *silence) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.cancel(nil)
}

// explain gives the silence behind err, if that was its cause.
func (s *silence) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.As(cause, new(silentError)) {
		return cause
	}
	return err
}

// watchedBody sets the clock back whenever something is read.
type watchedBody struct {
	body  io.ReadCloser
	watch *silence
	ctx   context.Context
}

// Read reads from the answer.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if n > 0 && b.watch.timer != nil {
		b.watch.timer.Reset(b.watch.limit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.watch.explain(b.ctx, err)
	}
	return n, err
}

// Close ends the call.
func (b *watchedBody) Close() error {
	err := b.body.Close()
	b.watch.stop()
	return err
}
