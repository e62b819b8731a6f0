package engine

import (
	"container/heap"
	"context"
)

// schedule runs the plan in the scope: every step as soon as those that it waits
// for are done, at most width at once, the first of the plan first. It comes back
// when nothing runs any more, with what ended the run if steps are left undone.
func (r *run) schedule(ctx context.Context, p *plan, s *scope) error {
	waits := make([]int, len(p.steps))
	var ready intHeap
	for i, step := range p.steps {
		if waits[i] = step.waits; waits[i] == 0 {
			ready = append(ready, i) // ascending, so a heap already
		}
	}
	left := len(p.steps)
	finished := func(i int) {
		left--
		for _, next := range p.steps[i].wakes {
			if waits[next]--; waits[next] == 0 {
				heap.Push(&ready, next)
			}
		}
	}
	work, done := make(chan int, r.width), make(chan int, r.width)
	defer close(work)
	workers, running := 0, 0
	for {
		for running < r.width && len(ready) > 0 && ctx.Err() == nil {
			i := heap.Pop(&ready).(int)
			if r.width == 1 || running+len(ready) == 0 { // nothing could run next to it
				r.step(ctx, s, p.steps[i].node)
				finished(i)
				continue
			}
			if running == workers {
				workers++
				go func() {
					for i := range work {
						r.step(ctx, s, p.steps[i].node)
						done <- i
					}
				}()
			}
			running++
			work <- i
		}
		if running == 0 {
			break
		}
		finished(<-done)
		running--
	}
	if left > 0 {
		return context.Cause(ctx)
	}
	return nil
}

// intHeap is a heap.Interface over ranks, the smallest first.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *intHeap) Push(x any) { *h = append(*h, x.(int)) }

// Pop implements heap.Interface.
func (h *intHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
