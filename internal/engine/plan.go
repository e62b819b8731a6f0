package engine

import (
	"container/heap"
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/order"
)

// Plan is a list of steps for the scheduler: the whole flow, or the body of a loop.
type Plan struct {
	Steps []Step  // in the order in which they start when several can
	Nodes []*Node // whose results the plan's runs make, nested bodies included
	last  []*Node // those that nothing in the plan waits for
}

// Step is one run of a node.
type Step struct {
	Node  *Node
	waits int   // how many other steps must be done first
	wakes []int // the steps that wait for this one
}

// Plans are a flow's plan and those of its loops' bodies.
type Plans struct {
	Flow   *Plan
	Bodies map[*Node]*Plan // by loop; none for a loop without a body
}

// order sorts nodes depth first, see [order.DepthFirst], without missing ones. If nodes wait
// for each other it returns a cycle instead.
func (g *Graph) order(nodes []*Node, before func(*Node) []*Node) (sorted, cycle []*Node) {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *Node) bool { return n.Missing })
	sorted, cycle = order.DepthFirst(nodes, len(g.Nodes), func(n *Node) int { return n.index }, before)
	if cycle != nil {
		return nil, cycle
	}
	return sorted, nil
}

// Sorted returns the nodes depth first along the edges, or a cycle if there is one.
func (g *Graph) Sorted() (sorted, cycle []*Node) { return g.order(g.Nodes, sources) }

// sources returns the nodes with edges to n, in the order of the edges.
func sources(n *Node) []*Node {
	list := make([]*Node, len(n.In))
	for i, e := range n.In {
		list[i] = e.Source
	}
	return list
}

// dependencies returns the nodes that n waits for.
func dependencies(n *Node) []*Node { return append(sources(n), n.Refs...) }

// waitingPlan returns a plan in which each step waits for the nodes that before returns.
func (g *Graph) waitingPlan(nodes []*Node, before func(*Node) []*Node) (made *Plan, cycle []*Node) {
	sorted, cycle := g.order(nodes, before)
	if cycle != nil {
		return nil, cycle
	}
	p := &Plan{Nodes: sorted, Steps: make([]Step, len(sorted))}
	rank := make([]int, len(g.Nodes))
	for i, n := range sorted {
		rank[n.index] = i
		p.Steps[i].Node = n
		for _, dep := range before(n) {
			from := &p.Steps[rank[dep.index]]
			if last := len(from.wakes) - 1; last < 0 || from.wakes[last] != i { // once, however many edges there are
				from.wakes = append(from.wakes, i)
				p.Steps[i].waits++
			}
		}
	}
	for _, s := range p.Steps {
		if len(s.wakes) == 0 {
			p.last = append(p.last, s.Node)
		}
	}
	return p, nil
}

// Schedule runs the plan in the scope: each step as soon as those that it waits for are done,
// at most width at once, in the order of the plan. It returns when nothing runs any more,
// with the error that ended the run if steps are left undone.
func (r *run) Schedule(ctx context.Context, p *Plan, s *Scope) error {
	waits := make([]int, len(p.Steps))
	var ready intHeap
	for i, step := range p.Steps {
		if waits[i] = step.waits; waits[i] == 0 {
			ready = append(ready, i) // ascending, so a heap already
		}
	}
	left := len(p.Steps)
	finished := func(i int) {
		left--
		for _, next := range p.Steps[i].wakes {
			if waits[next]--; waits[next] == 0 {
				heap.Push(&ready, next)
			}
		}
	}
	work, done := make(chan int, r.Parallel), make(chan int, r.Parallel)
	defer close(work)
	workers, running := 0, 0
	for {
		for running < r.Parallel && len(ready) > 0 && ctx.Err() == nil {
			i := heap.Pop(&ready).(int)
			if r.Parallel == 1 || running+len(ready) == 0 { // nothing could run next to it
				r.step(ctx, s, p.Steps[i].Node)
				finished(i)
				continue
			}
			if running == workers {
				workers++
				go func() {
					for i := range work {
						r.step(ctx, s, p.Steps[i].Node)
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
