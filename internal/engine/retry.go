package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// retried calls a service, and in standard again if another try may succeed. What it
// is used for changes nothing outside, or is lost if it fails.
func retried[T any](ctx context.Context, c *call, try func() (T, error)) (T, error) {
	v, err := try()
	for again := 0; retryable(err) && c.rules.Errors && again < c.Retries; again++ {
		if wait := c.wait(err, again); wait > maxRetryWait || sleep(ctx, wait) != nil {
			break
		}
		c.report.started(c, err) // which also says that pieces of an answer so far are void
		v, err = try()
	}
	return v, err
}

// maxRetryWait is the longest wait that is worth it.
const maxRetryWait = time.Minute

// wait is how long to wait before the next attempt: up to a quarter longer than
// it must be, so that nodes that failed together do not come back together.
func (c *call) wait(err error, again int) time.Duration {
	wait := c.RetryWait << min(again, 10)
	var answer *HTTPError
	if errors.As(err, &answer) && answer.RetryAfter > 0 {
		wait = answer.RetryAfter
	}
	return wait + rand.N(wait/4+1) //nolint:gosec // nobody gains by guessing it
}

// sleep waits, or comes back early with an error when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
