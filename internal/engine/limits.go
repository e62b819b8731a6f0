package engine

import (
	"fmt"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Limits are the limits of a run. Zero is the default, a negative number no limit. Exceeding
// one ends the run with a *[LimitError].
type Limits struct {
	Rounds int           // rounds of all loops together; by default 10,000
	Nodes  int           // nodes run, each round's again; by default 100,000
	Calls  int           // model calls, a call's retries not counted; by default none
	Tokens int           // tokens of all model calls together; by default none
	Time   time.Duration // wall time; by default none
	Result int           // bytes of one node's result; by default 16 MiB
	Steps  int64         // of all regular expressions together; by default [js.DefaultSteps]
	Memory int64         // bytes that the run holds, see [Budget]; by default [DefaultMemory]
}

func (l Limits) withDefaults() Limits {
	def := func(n *int, byDefault int) {
		if *n == 0 {
			*n = byDefault
		}
	}
	def(&l.Rounds, 10_000)
	def(&l.Nodes, 100_000)
	def(&l.Calls, -1)
	def(&l.Tokens, -1)
	def(&l.Result, 16<<20)
	if l.Steps == 0 {
		l.Steps = js.DefaultSteps
	}
	if l.Memory == 0 {
		l.Memory = DefaultMemory
	}
	return l
}

// maxDepth is how deep loops may be nested: the result of a loop contains those of all loops
// inside it.
const maxDepth = 32

// The names of the limits, as [LimitError] has them.
const (
	LimitRounds = "rounds"
	LimitNodes  = "nodes"
	LimitCalls  = "model calls"
	LimitTokens = "tokens"
	LimitTime   = "time"
	LimitResult = "result size"
	LimitDepth  = "loops inside each other"

	LimitMemory       = "memory"             // of the run, see [Budget]
	LimitSharedMemory = "memory of all runs" // of the budget's parent
)

// LimitError is the error of a run that exceeded a limit.
type LimitError struct {
	Limit string // one of the Limit constants
	Max   int64  // the limit; LimitTime in nanoseconds, LimitResult, LimitMemory and LimitSharedMemory in bytes
}

func (e *LimitError) Error() string {
	switch e.Limit {
	case LimitTime:
		return fmt.Sprintf("the run takes longer than its limit of %v; raise the limit, or make the flow do less", time.Duration(e.Max))
	case LimitResult:
		return fmt.Sprintf("the result is larger than the limit of %s; raise the limit, or make the node's result smaller", humanize.IBytes(uint64(max(e.Max, 0))))
	case LimitMemory:
		return fmt.Sprintf("the run's results need more memory than its limit of %s; raise the limit, or make the flow do less", humanize.IBytes(uint64(max(e.Max, 0))))
	case LimitSharedMemory:
		return fmt.Sprintf("the runs under way need more memory than the %s that they share; try again later, or make the flow do less", humanize.IBytes(uint64(max(e.Max, 0))))
	}
	return fmt.Sprintf("the run needs more than its limit of %d %s; raise the limit, or make the flow do less", e.Max, e.Limit)
}

// budget counts what a run has used of its limits.
type budget struct {
	limits Limits

	mu                           sync.Mutex
	rounds, nodes, calls, tokens int
}

// take adds n to *used, or returns a *[LimitError] if that would exceed limit.
func (b *budget) take(name string, limit int, used *int, n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if limit >= 0 && n > limit-*used {
		return &LimitError{Limit: name, Max: int64(limit)}
	}
	*used += n
	return nil
}

// TakeRounds counts rounds of a loop that are about to begin.
func (r *run) TakeRounds(n int) error {
	return r.budget.take(LimitRounds, r.Limits.Rounds, &r.budget.rounds, n)
}

func (b *budget) takeNode() error { return b.take(LimitNodes, b.limits.Nodes, &b.nodes, 1) }
func (b *budget) takeCall() error { return b.take(LimitCalls, b.limits.Calls, &b.calls, 1) }

// takeTokens reserves n tokens for a call that is about to be made.
func (b *budget) takeTokens(n int) error {
	return b.take(LimitTokens, b.limits.Tokens, &b.tokens, n)
}

// settle replaces what was reserved for a call with what it used.
func (b *budget) settle(reserved, used int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens += used - reserved
}

// fits checks the size of a result, or of a part of one.
func (b *budget) fits(size int) error {
	if b.limits.Result >= 0 && size > b.limits.Result {
		return &LimitError{Limit: LimitResult, Max: int64(b.limits.Result)}
	}
	return nil
}
