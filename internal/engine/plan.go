package engine

import (
	"container/heap"
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/order"
)

// plan is what the scheduler works off: the whole flow, or the body of a loop.
type plan struct {
	steps []step  // in the order in which they start when several can
	nodes []*node // whose results the plan's runs make, nested bodies included
	last  []*node // those that nothing in the plan waits for
}

// step is one run of a node.
type step struct {
	node  *node
	waits int   // how many other steps must be done first
	wakes []int // the steps that wait for this one
}

// plans are a flow's plan and those of its loops' bodies.
type plans struct {
	flow   *plan
	bodies map[*node]*plan // by loop; none for a loop without a body
}

// order sorts nodes depth first, see [order.DepthFirst]; those that are not there are
// left out. If nodes wait for each other it returns a cycle, and nothing sorted.
func (g *graph) order(nodes []*node, before func(*node) []*node) (sorted, cycle []*node) {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.missing })
	sorted, cycle = order.DepthFirst(nodes, len(g.nodes), func(n *node) int { return n.index }, before)
	if cycle != nil {
		return nil, cycle
	}
	return sorted, nil
}

// sources lists the nodes that lead to n, in edge order.
func sources(n *node) []*node {
	list := make([]*node, len(n.in))
	for i, e := range n.in {
		list[i] = e.source
	}
	return list
}

// dependencies lists the nodes that n waits for.
func dependencies(n *node) []*node { return append(sources(n), n.refs...) }

// waitingPlan is a plan whose steps wait for those that before lists.
func (g *graph) waitingPlan(nodes []*node, before func(*node) []*node) (made *plan, cycle []*node) {
	sorted, cycle := g.order(nodes, before)
	if cycle != nil {
		return nil, cycle
	}
	p := &plan{nodes: sorted, steps: make([]step, len(sorted))}
	rank := make([]int, len(g.nodes))
	for i, n := range sorted {
		rank[n.index] = i
		p.steps[i].node = n
		for _, dep := range before(n) {
			from := &p.steps[rank[dep.index]]
			if last := len(from.wakes) - 1; last < 0 || from.wakes[last] != i { // once, however many edges there are
				from.wakes = append(from.wakes, i)
				p.steps[i].waits++
			}
		}
	}
	for _, s := range p.steps {
		if len(s.wakes) == 0 {
			p.last = append(p.last, s.node)
		}
	}
	return p, nil
}

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
