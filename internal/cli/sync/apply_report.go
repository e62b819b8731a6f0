package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

// report prints what was done, says what failed and sums up. looking is the error
// of looking afterwards, see [sync.Apply].
func (o *applyOptions) report(ctx context.Context, p *sync.Plan, results []sync.Result, looking error) error {
	printer, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	var rows []stepRow
	states := make([]string, len(results))
	count := map[string]int{}
	var failures, refused []error
	unknown := 0
	for i := range results {
		r := &results[i]
		row := applied(r)
		states[i] = row.Action
		count[row.Action]++
		switch {
		case row.Action == cmdutil.StateRefused:
			refused = append(refused, failureOf(r))
			if r.Step.ID == "" {
				unknown++
			}
		case row.Error != "":
			failures = append(failures, failureOf(r))
		}
		switch row.Action {
		case cmdutil.StateLeft:
		case cmdutil.StateUnchanged, cmdutil.StateFailed, cmdutil.StateRefused: // of failures people are told on stderr
			if !printer.ForPeople() {
				rows = append(rows, row)
			}
		default:
			rows = append(rows, row)
		}
	}
	_, printed := output.List(printer, stepRowView(), output.Seq(rows))
	text := fmt.Sprintf("%d created, %d updated, %d deleted, %d unchanged, %d failed",
		count[cmdutil.StateCreated], count[cmdutil.StateUpdated], count[cmdutil.StateDeleted], count[cmdutil.StateUnchanged], count[cmdutil.StateFailed])
	if count[cmdutil.StateRefused] > 0 {
		text += fmt.Sprintf(", %d refused", count[cmdutil.StateRefused])
	}
	if count[cmdutil.StateLeft] > 0 {
		text += fmt.Sprintf(", %d not begun", count[cmdutil.StateLeft])
	}
	o.app.Note("%s", text)
	if o.summary != "" {
		printed = errors.Join(printed, addSummary(o.summary, "Applied: "+text, p, states))
	}
	if looking != nil && ctx.Err() == nil {
		failures = append(failures, fmt.Errorf("look at what was written: %w", looking))
	}
	v := verdict{failures: failures, refused: refused, unknown: unknown, left: count[cmdutil.StateLeft]}
	v.done = count[cmdutil.StateCreated] + count[cmdutil.StateUpdated] + count[cmdutil.StateDeleted]
	v.nothing = !slices.ContainsFunc(results, func(r sync.Result) bool { return r.Done && r.Action != sync.Unchanged })
	return errors.Join(printed, o.say(ctx, v))
}

// applied returns what became of a step.
func applied(r *sync.Result) stepRow {
	row := stepRow{ID: r.ID, Name: r.Name, File: r.File, Dropped: r.Dropped, Changed: r.Changed}
	switch {
	case r.Action == sync.Refuse:
		row.Action, row.Error = cmdutil.StateRefused, failureOf(r).Error()
	case failureOf(r) != nil:
		row.Action, row.Error = cmdutil.StateFailed, failureOf(r).Error()
	case !r.Done:
		row.Action = cmdutil.StateLeft
	default:
		row.Action = map[sync.Action]string{
			sync.Create: cmdutil.StateCreated, sync.Update: cmdutil.StateUpdated, sync.Delete: cmdutil.StateDeleted, sync.Unchanged: cmdutil.StateUnchanged,
		}[r.Action]
	}
	return row
}

// failureOf is why a flow is not as its file says, nil if it is.
func failureOf(r *sync.Result) error {
	switch {
	case r.Err != nil:
		return fmt.Errorf("%s: %w", r.File, r.Err)
	case len(r.Changed) > 0:
		return fmt.Errorf("%s: the server has flow %s otherwise than it was sent: %s", r.File, r.ID, cmdutil.Join(r.Changed))
	}
	return nil
}

// verdict is what became of all.
type verdict struct {
	failures []error
	refused  []error // flows that were left alone, for somebody else's work is in them
	unknown  int     // of these, those that no file has as yet
	done     int     // flows that are as their files say by this apply
	left     int     // flows that were not begun
	nothing  bool    // was written
}

// say prints what failed and returns the error that the command ends with.
func (o *applyOptions) say(ctx context.Context, v verdict) error {
	if ctx.Err() == nil && len(v.failures) == 1 && v.done == 0 && v.refused == nil {
		return v.failures[0]
	}
	for _, err := range v.refused {
		o.app.Fail(err.Error())
	}
	conflictsAlone := true
	for _, err := range v.failures {
		o.app.Fail(err.Error())
		conflictsAlone = conflictsAlone && cmdutil.ExitCode(ctx, err) == cmdutil.ExitConflict
	}
	switch {
	case ctx.Err() != nil && v.left+len(v.failures) > 0:
		return errors.New("interrupted: apply again for the rest")
	case len(v.failures) == 0 && len(v.refused) > 0:
		var hints []string
		if v.unknown > 0 {
			hints = append(hints, "with --adopt a file is the flow of the same name")
		}
		if len(v.refused) > v.unknown {
			hints = append(hints, "'flowctl pull' brings in what changed on the server, --overwrite overwrites it")
		}
		return cmdutil.Conflict(fmt.Errorf("%s left alone; %s", output.Plural(len(v.refused), "flow"), strings.Join(hints, "; ")))
	case len(v.failures) == 0:
		return nil
	case conflictsAlone && v.nothing:
		return cmdutil.Conflict(errors.New("nothing was written, for flows have changed meanwhile; see 'flowctl plan' and apply again"))
	case conflictsAlone && v.done == 0:
		return cmdutil.Conflict(errors.New("somebody else made or changed the same flows meanwhile; fix that and apply again"))
	case conflictsAlone:
		return cmdutil.Partial("somebody else made or changed some of the flows meanwhile; fix that and apply again for the rest")
	}
	return cmdutil.Partial("not all is as the files say; fix that and apply again for the rest")
}
