package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
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
