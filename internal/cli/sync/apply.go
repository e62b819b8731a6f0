package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

type applyOptions struct {
	app       *cmdutil.App
	out       cmdutil.OutputFlags
	parallel  int
	yes       bool
	prune     bool
	keepGoing bool
	summary   string
	folderFlags
}

func newApplyCmd(a *cmdutil.App) *cobra.Command {
	o := &applyOptions{app: a}
	cmd := &cobra.Command{
		Use:        "apply PATH|NAME... | PLAN",
		SuggestFor: []string{"push", "deploy", "upload", "sync"},
		Short:      "Deploy flow files to the server",
		Long: `The plan is shown first, and you are asked; where nobody can be asked --yes is
needed. All files are checked before the first write; what the server keeps
otherwise than it was sent is shown. A plan kept by 'flowctl plan --out' is
applied as it is.

What somebody changed on the server since the last apply, pull or export goes
into the file, and what you changed to the server, merged by node and field. A
flow with a conflict stays as it is, the others are written, and the exit code
is 6; --overwrite takes the file's. Commit files and flowctl.lock together.

New flows are private, unless their file has something else.

` + pickHelp,
		Example: `  flowctl apply flows
  flowctl apply flows --prune --yes --summary "$GITHUB_STEP_SUMMARY"
  flowctl apply plan.json --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkParallel(o.parallel); err != nil {
				return err
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.prune, "prune", false, "delete the flows that flowctl.lock knows and whose files are gone")
	f.BoolVar(&o.keepGoing, "keep-going", false, "write what can be written, whatever fails")
	f.IntVar(&o.parallel, "parallel", 16, "how many flows are written at a time")
	f.StringVar(&o.summary, "summary", "", "append a report to `FILE` as Markdown")
	o.registerMerge(cmd)
	o.register(a, cmd, overwriteThere)
	o.out.Register(cmd)
	return cmd
}

func (o *applyOptions) run(ctx context.Context, args []string) error {
	if _, err := o.app.Printer(o.out); err != nil {
		return err
	}
	t, err := o.app.Target()
	if err != nil {
		return err
	}
	prepare := o.fromDir
	if len(args) == 1 && isPlan(args[0]) {
		prepare = o.fromPlan
	}
	p, lock, c, err := prepare(ctx, t, args)
	if err != nil {
		return err
	}
	if err := showPlan(o.app, o.app.Err, p); err != nil {
		return err
	}
	if p.Writes() > 0 {
		if err := o.app.MustConfirm(ctx, fmt.Sprintf("Do this on %s?", t), o.yes); err != nil {
			return err
		}
		o.app.Note("applying to %s", t)
	}
	note := func(ctx context.Context, results []sync.Result) error {
		sync.RecordResults(lock, p.Profile, results)
		return lock.Write(ctx)
	}
	results, looking, noted := carryOut(ctx, o.app, c, p, "applying", sync.ApplyOptions{Parallel: o.parallel, KeepGoing: o.keepGoing}, note)
	return errors.Join(noted, o.report(ctx, p, results, looking))
}

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
	done := out.done(cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateDeleted)
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
