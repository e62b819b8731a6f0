package serve

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// checker is a service that can be looked at.
type checker interface {
	Check(ctx context.Context) error
}

// serviceCheck is something that runs will call, and the flag that names it.
type serviceCheck struct {
	flag string
	of   checker
}

// checkTimeout is how long a service may take to answer the check.
const checkTimeout = 10 * time.Second

// checkLater adds a service to those that check looks at, if it can be looked at.
func (o *runSettings) checkLater(flag string, service any) {
	if of, ok := service.(checker); ok {
		o.checks = append(o.checks, serviceCheck{flag, of})
	}
}

// check warns of services that cannot be used, while the server starts already:
// they may be started after it. end stops that and waits for it.
func (o *runSettings) check(ctx context.Context, log *slog.Logger) (end func()) {
	checking, cancel := context.WithTimeout(ctx, checkTimeout)
	var all sync.WaitGroup
	for _, c := range o.checks {
		all.Go(func() {
			if err := c.of.Check(checking); err != nil && ctx.Err() == nil && checking.Err() != context.Canceled {
				log.Warn("the server of "+c.flag+" cannot be used; runs that need it fail until it can", "error", err)
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}
