package engine

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Calls is an upper bound for the model calls of a run, without repeated attempts.
type Calls struct {
	Most int `json:"most"`
	// Path explains the number: what conditionals are assumed to choose, how often loops
	// run, how often models are called.
	Path []PathStep `json:"path"`
	// Unbounded are the loops whose rounds depend on data; they are assumed to run as
	// often as the limit of rounds allows.
	Unbounded []string `json:"unbounded,omitempty"`
	// Rough reports that there are too many conditionals to try all their choices, so
	// that every branch is assumed to run.
	Rough bool `json:"rough,omitempty"`
}

// PathStep is a node on the way to the most calls.
type PathStep struct {
	Node   string        `json:"node"`
	Type   flow.NodeType `json:"type"`
	Branch string        `json:"branch,omitempty"` // what a conditional is assumed to choose: no other choice makes more calls
	Rounds int           `json:"rounds,omitempty"` // of a loop, each time it runs
	Calls  int           `json:"calls,omitempty"`  // of a model, in all
}

// choices are the handles that conditionals choose. A conditional that is missing takes
// both.
type choices map[*Node]string

// live reports for each of the nodes, which are sorted, whether it runs with these choices.
func live(sorted []*Node, chosen choices) []bool {
	live := make([]bool, len(sorted))
	for _, n := range sorted {
		live[n.index] = len(n.In)+len(n.Refs) == 0
		for _, e := range n.In {
			taken := chosen[e.Source] == "" || e.Handle == "" || e.Handle == chosen[e.Source]
			live[n.index] = live[n.index] || live[e.Source.index] && taken
		}
		for _, ref := range n.Refs {
			live[n.index] = live[n.index] || len(n.In) == 0 && (live[ref.index] || ref == n)
		}
	}
	return live
}

// worstCalls returns the most calls over all choices of conditionals.
func (g *Graph) worstCalls(s Semantics, made Plans, sorted []*Node, limits Limits) Calls {
	const most = 10 // conditionals, whose choices are all tried
	var conditionals []*Node
	for _, n := range g.Nodes {
		if n.Kind == flow.Conditional && len(n.Out) > 0 {
			conditionals = append(conditionals, n)
		}
	}
	counts := &counter{semantics: s, plans: made, limits: limits}
	if !s.Chooses() {
		all := slices.Repeat([]bool{true}, len(g.Nodes))
		return counts.calls(all, nil)
	}
	if len(conditionals) > most {
		worst := counts.calls(live(sorted, nil), nil)
		worst.Rough = true
		return worst
	}
	worst := Calls{Most: -1}
	for bits := range 1 << len(conditionals) {
		chosen := make(choices)
		for i, n := range conditionals {
			chosen[n] = handleTrue
			if bits>>i&1 == 1 {
				chosen[n] = handleFalse
			}
		}
		if calls := counts.calls(live(sorted, chosen), chosen); calls.Most > worst.Most {
			worst = calls
		}
	}
	return worst
}

// counter counts model calls.
type counter struct {
	semantics Semantics
	plans     Plans
	limits    Limits
	live      []bool
	times     map[*Node]float64 // how often models run
	seen      []*Node           // what the path has, in order
}

func (c *counter) calls(live []bool, chosen choices) Calls {
	c.live, c.times, c.seen = live, make(map[*Node]float64), nil
	total := c.plan(c.plans.Flow, 1)
	calls := Calls{Most: whole(total), Path: []PathStep{}}
	told := make(map[*Node]bool)
	for _, n := range c.seen {
		if told[n] {
			continue
		}
		told[n] = true
		step := PathStep{Node: n.ID, Type: n.Kind}
		switch n.Kind {
		case flow.Model:
			step.Calls = whole(c.times[n])
		case flow.Conditional:
			if step.Branch = chosen[n]; step.Branch == "" {
				continue
			}
		case flow.Loop:
			rounds, bounded := c.rounds(n)
			if step.Rounds = whole(rounds); !bounded {
				calls.Unbounded = append(calls.Unbounded, n.ID)
			}
		}
		calls.Path = append(calls.Path, step)
	}
	return calls
}

// plan returns the calls of a plan that runs times times.
func (c *counter) plan(p *Plan, times float64) float64 {
	total := 0.0
	for _, s := range p.Steps {
		n := s.Node
		if !c.live[n.index] {
			continue
		}
		switch n.Kind {
		case flow.Model:
			c.seen = append(c.seen, n)
			c.times[n] += times
			total += times
		case flow.Conditional:
			if len(n.Out) > 0 {
				c.seen = append(c.seen, n)
			}
		case flow.Loop:
			at := len(c.seen)
			c.seen = append(c.seen, n)
			rounds, _ := c.rounds(n)
			inside := 0.0
			if body := c.plans.Bodies[n]; body != nil {
				inside = c.plan(body, times*rounds)
			}
			if total += inside; inside == 0 {
				c.seen = c.seen[:at] // no matter how often it goes round
			}
		}
	}
	return total
}

// rounds returns how often a loop runs, and whether the flow itself bounds that.
func (c *counter) rounds(n *Node) (rounds float64, bounded bool) {
	most := n.MaxRounds()
	limit := math.Inf(1)
	if c.limits.Rounds >= 0 {
		limit = float64(c.limits.Rounds)
	}
	switch n.Option("loopType") {
	case "", "count", "until":
		return min(most, limit), true
	case "array":
		if list, literal := n.LiteralArray(); literal {
			rounds, bounded = float64(len(list)), true
		} else {
			rounds = limit
		}
		rounds = min(rounds, limit)
		if c.semantics.CutsArray(n) {
			return min(rounds, most), true
		}
		return rounds, bounded
	}
	return 0, true
}

// whole returns a count as an int, at most the largest one.
func whole(f float64) int {
	if f > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(f)
}

// retried calls a service, and again if another attempt may succeed. It is only for calls
// that may safely be repeated.
func retried[T any](ctx context.Context, c *Call, try func() (T, error)) (T, error) {
	v, err := try()
	for again := 0; retryable(err) && again < c.Retries; again++ {
		if wait := c.wait(err, again); wait > maxRetryWait || sleep(ctx, wait) != nil {
			break
		}
		c.report.started(c, err) // which also says that pieces of an answer so far are void
		v, err = try()
	}
	return v, err
}

// maxRetryWait is the longest wait before another attempt.
const maxRetryWait = time.Minute

// wait returns how long to wait before the next attempt: up to a quarter longer than
// necessary, so that nodes that failed together are not repeated together.
func (c *Call) wait(err error, again int) time.Duration {
	wait := c.RetryWait << min(again, 10)
	var answer *HTTPError
	if errors.As(err, &answer) && answer.RetryAfter > 0 {
		wait = answer.RetryAfter
	}
	return wait + rand.N(wait/4+1) //nolint:gosec // nobody gains by guessing it
}

// sleep waits, or returns early with an error when ctx ends.
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
