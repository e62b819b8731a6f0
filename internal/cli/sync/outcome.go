package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
)

// checkParallel checks --parallel.
func checkParallel(n int) error {
	if n < 1 || n > cmdutil.MaxParallel {
		return cmdutil.Usage(fmt.Errorf("--parallel %d is not from 1 to %d", n, cmdutil.MaxParallel))
	}
	return nil
}

// carryOut does what a plan says, with a progress bar, and notes it. After Ctrl-C no further
// write is begun; those in flight come to their end, so that it is known what became of them.
func carryOut(ctx context.Context, a *cmdutil.App, c *client.Client, p *sync.Plan, doing string, opts sync.ApplyOptions, note func(context.Context, []sync.Result) error) (results []sync.Result, looking, noted error) {
	finish, cancel := parallel.Outlive(ctx, cmdutil.GraceToFinish)
	defer cancel()
	todo := p.Writes()
	if opts.DryRun {
		todo = 0
	}
	bar := a.Progress(doing, todo)
	defer bar.Clear()
	defer context.AfterFunc(ctx, func() {
		bar.Clear()
		a.Note("stopping when what is under way is done; press Ctrl-C again not to wait")
	})()
	opts.Step = func(*sync.Result) { bar.Step() }
	results, looking = sync.Apply(ctx, finish, c, p, opts)
	bar.Clear()
	return results, looking, note(finish, results)
}

// outcome is what became of the steps of a plan.
type outcome struct {
	rows     []stepRow // of all of them
	count    map[string]int
	failures []error
	refused  []error // of flows that were left alone, for somebody else's work is in them
	unknown  int     // of these, those that no file has as yet
}

func outcomeOf(results []sync.Result, dryRun bool) *outcome {
	o := &outcome{count: map[string]int{}}
	for i := range results {
		r := &results[i]
		row := stepRow{ID: r.ID, Name: r.Name, File: r.File, Dropped: r.Dropped, Changed: r.Changed}
		err := failureOf(r)
		switch {
		case err != nil && errors.As(err, new(*sync.RefusedError)):
			row.Action, o.refused = cmdutil.StateRefused, append(o.refused, err)
			if r.Step.ID == "" {
				o.unknown++
			}
		case err != nil:
			row.Action, o.failures = cmdutil.StateFailed, append(o.failures, err)
		case !r.Done && !dryRun && r.Action != sync.Skip:
			row.Action = cmdutil.StateLeft
		case dryRun && r.Action != sync.Unchanged:
			row.Action = string(r.Action)
		default:
			row.Action = map[sync.Action]string{
				sync.Create: cmdutil.StateCreated, sync.Update: cmdutil.StateUpdated, sync.Delete: cmdutil.StateDeleted, sync.Merge: cmdutil.StateMerged,
				sync.Unchanged: cmdutil.StateUnchanged, sync.Skip: stateSkipped,
			}[r.Action]
		}
		if err != nil {
			row.Error = err.Error()
		}
		o.count[row.Action]++
		o.rows = append(o.rows, row)
	}
	return o
}

// stateSkipped is the state of a flow that an import left as it is.
const stateSkipped = "skipped"

// failureOf is why a flow is not as its file says, nil if it is.
func failureOf(r *sync.Result) error {
	switch {
	case r.Err != nil:
		return fmt.Errorf("%s: %w", r.File, r.Err)
	case len(r.Changed) > 0:
		return fmt.Errorf("%s: the server has flow %s otherwise than it was sent: %s", r.File, r.ID, strings.Join(r.Changed, ", "))
	}
	return nil
}

// done returns how many steps have one of these states.
func (o *outcome) done(states ...string) (n int) {
	for _, state := range states {
		n += o.count[state]
	}
	return n
}

// sum counts the steps by these states, and by those of the others that there are.
func (o *outcome) sum(states ...string) string {
	return sumOf(o.count, states, cmdutil.StateUnchanged, cmdutil.StateMerged, cmdutil.StateRefused, cmdutil.StateLeft)
}

// sumOf counts by states, and by those of the others that there are.
func sumOf(count map[string]int, states []string, others ...string) string {
	var parts []string
	for i, state := range append(slices.Clone(states), others...) {
		if i < len(states) || count[state] > 0 && !slices.Contains(states, state) {
			parts = append(parts, fmt.Sprintf("%d %s", count[state], state))
		}
	}
	return strings.Join(parts, ", ")
}

// fail prints what failed.
func (o *outcome) fail(a *cmdutil.App) {
	for _, err := range append(o.refused, o.failures...) {
		a.Fail(err.Error())
	}
}

// conflict is the error of flows that were left alone, and nothing worse.
func (o *outcome) conflict() error {
	var hints []string
	if o.unknown > 0 {
		hints = append(hints, "with --adopt a file is the flow of the same name")
	}
	if len(o.refused) > o.unknown {
		hints = append(hints, "'flowctl pull' merges what does not conflict; --overwrite overwrites it, 'flowctl pull --overwrite' takes the server's")
	}
	return cmdutil.Conflict(fmt.Errorf("%s left alone; %s", output.Plural(len(o.refused), "flow"), strings.Join(hints, "; ")))
}
