package main

import (
	"context"
	"sync"
	"sync/atomic"
)

// inParallel calls do for 0 to n-1, at most limit calls at a time, and comes back
// when all have. Once ctx is done no further call is begun.
func inParallel(ctx context.Context, n, limit int, do func(i int)) {
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
