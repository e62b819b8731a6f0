// Package parallel does many like things at a time, and waits for what takes no context.
package parallel

import (
	"context"
	"sync"
	"sync/atomic"
)

// Each calls do for 0 to n-1, at most limit calls at a time, and returns when all have.
// Once ctx is done no further call is begun.
func Each(ctx context.Context, n, limit int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, limit) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}
