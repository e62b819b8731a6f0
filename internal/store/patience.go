package store

import (
	"context"
	"fmt"
	"time"
)

// queryPatience is how long a query may be without an answer. It is for a database
// that hangs, on a machine that is gone perhaps, and not for one that is slow.
const queryPatience = 30 * time.Second

// patience ends a context when the database has been silent for too long.
type patience struct {
	timer *time.Timer
	limit time.Duration
}

// newPatience begins to wait. The context has to be ended, or it holds on to its
// parent.
func newPatience(ctx context.Context, limit time.Duration) (context.Context, *patience, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{limit: limit}
	p.timer = time.AfterFunc(limit, func() { cancel(fmt.Errorf("%w: no answer within %v", ErrUnavailable, limit)) })
	return ctx, p, func() {
		p.timer.Stop()
		cancel(nil)
	}
}

// wait begins to wait anew: something is asked of the database now.
func (p *patience) wait() { p.timer.Reset(p.limit) }

// rest stops waiting: the database has answered.
func (p *patience) rest() { p.timer.Stop() }
