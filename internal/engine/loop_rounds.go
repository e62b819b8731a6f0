package engine

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// rounds is the state of a running loop.
type rounds struct {
	*Call
	body  *Plan
	items Items
	slots map[*Node]int // where a round's scope keeps what a node made: the loop, then the body
	over  []round       // those that are over, in order
}

// round is the outcome of a round of a loop.
type round struct {
	scope  *Scope
	output js.Value // what the body's last node made
	err    error
}

func (c *Call) newRounds(body *Plan, items Items) *rounds {
	r := &rounds{Call: c, body: body, items: items, slots: map[*Node]int{c.Node: 0}}
	for i, n := range body.Nodes {
		r.slots[n] = i + 1
	}
	return r
}

// Rounds runs the rounds, as many at once as nodes may run. They start in order, and none
// starts after a failure, so that the first round to fail is always the same.
func (standard) Rounds(ctx context.Context, c *Call, body *Plan, items Items) (js.Value, error) {
	if c.Node.Option("loopType") == "until" {
		return c.until(ctx, body, items)
	}
	if err := c.TakeRounds(items.Count); err != nil {
		return nil, err
	}
	r := c.newRounds(body, items)
	started := make([]round, items.Count)
	var group errgroup.Group
	group.SetLimit(r.Parallel)
	var failed atomic.Bool
	for i := range started {
		if failed.Load() || ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if started[i] = r.play(ctx, i); started[i].err != nil {
				failed.Store(true)
			}
			return nil
		})
	}
	_ = group.Wait() // the rounds keep their errors
	for _, round := range started {
		if round.scope == nil {
			return r.end(context.Cause(ctx))
		}
		r.over = append(r.over, round)
		if round.err != nil {
			return r.end(round.err)
		}
	}
	return r.end(nil)
}

// until runs one round after the other and stops after the one whose output
// contains breakCondition, in whatever case.
func (c *Call) until(ctx context.Context, body *Plan, items Items) (js.Value, error) {
	wanted, err := c.fill(c.Node.Text("breakCondition"))
	if err != nil {
		return nil, err
	}
	r := c.newRounds(body, items)
	for i := range items.Count {
		if err := c.TakeRounds(1); err != nil {
			return r.end(err)
		}
		round := r.play(ctx, i)
		r.over = append(r.over, round)
		if round.err != nil {
			return r.end(round.err)
		}
		if wanted != "" && !js.IsUndefined(round.output) &&
			strings.Contains(js.ToLower(js.Text(round.output)), js.ToLower(wanted)) {
			break
		}
	}
	return r.end(nil)
}

// play runs a round in a scope of its own.
func (r *rounds) play(ctx context.Context, i int) round {
	s := r.Scope.inner(r.slots, i)
	*s.of(r.Node) = outcome{status: flow.NodeSuccess, value: r.items.round(i), round: true}
	played := round{scope: s, err: r.Schedule(ctx, r.body, s)}
	for _, step := range r.body.Steps {
		if o := s.of(step.Node); o.err != nil && played.err == nil {
			played.err = fmt.Errorf("round %d failed at node %.80q: %w", i, step.Node.ID, o.err)
		}
	}
	played.output = r.output(s)
	return played
}

// output returns the result of the last node of the body: of an output node its value, of
// several last nodes a map by id of those that ran.
func (r *rounds) output(s *Scope) js.Value {
	made := js.Object{}
	for _, n := range r.body.last {
		v := s.of(n).value
		if n.Kind == flow.Output {
			if shown, ok := js.Lookup(v, "value"); ok {
				v = shown
			}
		}
		if len(r.body.last) == 1 {
			return v
		}
		if !js.IsUndefined(v) {
			made = append(made, js.Member{Key: n.ID, Value: v})
		}
	}
	return made
}

// end copies the results of the body to the outer scope, and returns the loop's result.
func (r *rounds) end(err error) (js.Value, error) {
	if len(r.over) > 0 {
		for _, n := range r.body.Nodes {
			if full := r.publish(n); full != nil {
				err = full
			}
		}
	}
	for _, round := range r.over {
		r.release(round.scope)
	}
	if err != nil {
		return nil, err
	}
	results := make(js.Array, len(r.over))
	for i, round := range r.over {
		results[i] = append(r.items.round(i), js.Member{Key: "output", Value: round.output})
	}
	return LoopResult(results), nil
}

// publish sets the result of n in the outer scope: its outcome in the last round in which it
// ran. An output node keeps the values of all rounds.
func (r *rounds) publish(n *Node) error {
	into := r.Scope.of(n)
	before := into.counted
	var shown []js.Value
	for _, round := range r.over {
		o := round.scope.of(n)
		if into.value == nil || o.value != nil || o.err != nil {
			*into = *o
		}
		if n.Kind == flow.Output {
			shown = append(shown, shownIn(o)...)
		}
	}
	if result, ok := into.value.(js.Object); ok && shown != nil {
		into.shown = shown
		into.value = withRounds(result, shown)
	}
	into.counted = before // what is copied is counted where it was
	err := r.keep(r.Scope, n, into.value)
	if err != nil {
		into.value, into.shown = nil, nil
	}
	return err
}

// leaveOut skips the nodes of a loop's body that have not run.
func (r *run) leaveOut(s *Scope, loop *Node, reason string, failed bool) {
	body := r.plans.Bodies[loop]
	if body == nil {
		return
	}
	for _, n := range body.Nodes {
		if s.of(n).status == "" {
			r.skip(s, n, reason, failed)
		}
	}
}

// shownIn returns the values that an output node had in a round: all of an inner loop's if it
// is in one.
func shownIn(o *outcome) []js.Value {
	if o.shown != nil || js.IsUndefined(o.value) {
		return o.shown
	}
	if v, ok := js.Lookup(o.value, "value"); ok {
		return []js.Value{v}
	}
	return []js.Value{o.value}
}

// withRounds returns an output node's result with its iterationResults.
func withRounds(result js.Object, shown []js.Value) js.Object {
	made := js.Object{}
	for _, m := range result {
		if m.Key != "iterationResults" {
			made = append(made, m)
		}
	}
	return append(made, js.Member{Key: "iterationResults", Value: js.Array(shown)})
}
