package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

// report prints what was done, and what failed, and sums up. looking is the error
// of looking afterwards, see [sync.Apply].
func (o *applyOptions) report(ctx context.Context, p *sync.Plan, results []sync.Result, looking error) error {
	printer, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	out := outcomeOf(results, false)
	var rows []stepRow
	states := make([]string, len(results))
	for i, row := range out.rows {
		states[i] = row.Action
		shown := row.Action != cmdutil.StateUnchanged && row.Error == "" // of failures people read on stderr
		if row.Action != cmdutil.StateLeft && (shown || !printer.ForPeople()) {
			rows = append(rows, row)
		}
	}
	_, printed := output.List(printer, stepRowView(), output.Seq(rows))
	text := out.sum(cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateDeleted, cmdutil.StateUnchanged, cmdutil.StateFailed)
	o.app.Note("%s", text)
	if o.summary != "" {
		printed = errors.Join(printed, addSummary(o.summary, "Applied: "+text, p, states))
	}
	if looking != nil && ctx.Err() == nil {
		out.failures = append(out.failures, fmt.Errorf("look at what was written: %w", looking))
	}
	return errors.Join(printed, o.verdict(ctx, out, results))
}

// verdict prints what failed and returns the error that the command ends with.
func (o *applyOptions) verdict(ctx context.Context, out *outcome, results []sync.Result) error {
	done := out.done(cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateMerged, cmdutil.StateDeleted)
	if ctx.Err() == nil && len(out.failures) == 1 && done == 0 && out.refused == nil {
		return out.failures[0]
	}
	out.fail(o.app)
	conflicts := !slices.ContainsFunc(out.failures, func(err error) bool { return cmdutil.ExitCode(ctx, err) != cmdutil.ExitConflict })
	wrote := slices.ContainsFunc(results, func(r sync.Result) bool { return r.Done && r.Action != sync.Unchanged })
	switch {
	case ctx.Err() != nil && out.count[cmdutil.StateLeft]+len(out.failures) > 0:
		return errors.New("interrupted: apply again for the rest")
	case len(out.failures) == 0 && len(out.refused) > 0:
		return out.conflict()
	case len(out.failures) == 0:
		return nil
	case conflicts && !wrote:
		return cmdutil.Conflict(errors.New("nothing was written, for flows have changed meanwhile; see 'flowctl plan' and apply again"))
	case conflicts && done == 0:
		return cmdutil.Conflict(errors.New("somebody else made or changed the same flows meanwhile; fix that and apply again"))
	case conflicts:
		return cmdutil.Partial("somebody else made or changed some of the flows meanwhile; fix that and apply again for the rest")
	}
	return cmdutil.Partial("not all is as the files say; fix that and apply again for the rest")
}
