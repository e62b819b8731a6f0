package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
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

A flow that somebody changed on the server since the last apply, pull or export
is not overwritten, unless --overwrite is given; the others are written, and the
exit code is 6. New flows are private, unless their file has something else.

` + pickHelp,
		Example: `  flowctl apply flows
  flowctl apply flows --prune --yes --summary "$GITHUB_STEP_SUMMARY"
  flowctl apply plan.json --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.parallel < 1 || o.parallel > cmdutil.MaxParallel {
				return cmdutil.Usage(fmt.Errorf("--parallel %d is not from 1 to %d", o.parallel, cmdutil.MaxParallel))
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
	return o.carryOut(ctx, c, p, lock)
}

// fromDir plans for what is picked of a folder.
func (o *applyOptions) fromDir(ctx context.Context, _ cmdutil.Target, args []string) (*sync.Plan, *sync.Lock, *client.Client, error) {
	d, c, opts, err := o.open(ctx, o.app, args, true)
	if err != nil {
		return nil, nil, nil, err
	}
	opts.Prune = o.prune
	p, err := planDir(ctx, o.app, c, d, opts)
	return p, d.Lock, c, err
}

// isPlan reports whether the file at path holds a plan that was kept, and no flow.
func isPlan(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(path)
	return err == nil && sync.IsPlan(text)
}

// fromPlan reads a plan that was kept, and sees whether it still holds.
func (o *applyOptions) fromPlan(ctx context.Context, t cmdutil.Target, args []string) (*sync.Plan, *sync.Lock, *client.Client, error) {
	path := args[0]
	if o.prune || o.env.Path != "" || o.adopt || o.overwrite {
		return nil, nil, nil, cmdutil.Usage(errors.New("a kept plan says all that is to be done; --prune, --env, --adopt and --overwrite go with 'flowctl plan'"))
	}
	text, err := files.ReadNamed(ctx, path, io.ReadAll)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read the plan: %w", err)
	}
	p, err := sync.LoadPlan(text)
	if err != nil {
		return nil, nil, nil, cmdutil.Negative(fmt.Sprintf("%s: %v", path, err))
	}
	if p.Place != t.Key() || !cmdutil.SameServer(p.Server, t.Server) {
		return nil, nil, nil, cmdutil.Usage(fmt.Errorf("the plan is for %s, not for %s; give the --profile or --server that it was made with", p.Place, t))
	}
	if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() { //nolint:gosec // it is only looked at
		return nil, nil, nil, cmdutil.Usage(fmt.Errorf("the plan is for the folder %s, which is not here; apply it where it was made", p.Dir))
	}
	lock, err := sync.ReadLock(p.Dir)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := o.app.ConnectTo(ctx, t)
	if err != nil {
		return nil, nil, nil, err
	}
	variable, err := o.env.Variables()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := p.Expand(ctx, c, variable); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, lock, c, p.Check(ctx, c)
}

// carryOut does what the plan says, and notes it in the lock.
func (o *applyOptions) carryOut(ctx context.Context, c *client.Client, p *sync.Plan, lock *sync.Lock) error {
	finish, cancel := parallel.Outlive(ctx, cmdutil.GraceToFinish)
	defer cancel()
	bar := o.app.Progress("applying", p.Writes())
	defer context.AfterFunc(ctx, func() {
		bar.Clear()
		o.app.Note("stopping when what is under way is done; press Ctrl-C again not to wait")
	})()
	results, failed := sync.Apply(ctx, finish, c, p, sync.ApplyOptions{
		Parallel: o.parallel, KeepGoing: o.keepGoing, Step: func(*sync.Result) { bar.Step() },
	})
	bar.Clear()
	sync.Record(lock, p.Place, results)
	return errors.Join(lock.Write(finish), o.report(ctx, p, results, failed))
}
