package sync

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type importOptions struct {
	app        *cmdutil.App
	out        cmdutil.OutputFlags
	ifExists   sync.Exists
	parallel   int
	dryRun     bool
	keepGoing  bool
	noValidate bool
	overwrite  bool
}

func newImportCmd(a *cmdutil.App) *cobra.Command {
	o := &importOptions{app: a}
	cmd := &cobra.Command{
		Use:        "import PATH...",
		SuggestFor: []string{"load", "restore"},
		Short:      "Create flows on the server from files",
		Long: `All files are checked before the first flow is written.

A flow exists already if you have the one that flowctl.lock has for the file, or
one with the id in the file, or else with its name. --if-exists chooses what
happens then:

  fail       write nothing and list all such flows (the default)
  skip       leave the flow as it is; completes an interrupted import
  update     overwrite the flow, unless it is equal
  duplicate  create another flow of the same name

A flow that was changed on the server since its file was last applied, pulled or
exported is not updated, unless --overwrite is given; the exit code is 6.

` + files.PathHelp,
		Example: `  flowctl import flows
  flowctl import --if-exists update --dry-run 'flows/*.json'
  flowctl --profile staging export --all | flowctl --profile prod import -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return cmdutil.Usage(err)
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.StringVar((*string)(&o.ifExists), "if-exists", string(sync.ExistsFail), "what to do with a flow that exists: fail, skip, update or duplicate")
	f.IntVar(&o.parallel, "parallel", 8, "how many flows are written at a time")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	f.BoolVar(&o.keepGoing, "keep-going", false, "import what can be imported, whatever is wrong with the rest")
	f.BoolVar(&o.overwrite, "overwrite", false, overwriteThere)
	f.BoolVar(&o.noValidate, "no-validate", false, "import drafts with errors too, if the server takes them")
	_ = cmd.RegisterFlagCompletionFunc("if-exists", cobra.FixedCompletions(ifExistsValues(), cobra.ShellCompDirectiveNoFileComp))
	o.out.Register(cmd)
	return cmd
}

func ifExistsValues() []string {
	return []string{string(sync.ExistsFail), string(sync.ExistsSkip), string(sync.ExistsUpdate), string(sync.ExistsDuplicate)}
}

func (o *importOptions) check() error {
	if !slices.Contains(ifExistsValues(), string(o.ifExists)) {
		return fmt.Errorf("unknown --if-exists %q; use one of %s", o.ifExists, strings.Join(ifExistsValues(), ", "))
	}
	if o.overwrite && o.ifExists != sync.ExistsUpdate {
		return errors.New("--overwrite goes with --if-exists update")
	}
	if o.parallel < 1 || o.parallel > cmdutil.MaxParallel {
		return fmt.Errorf("--parallel %d is not from 1 to %d", o.parallel, cmdutil.MaxParallel)
	}
	return nil
}

// limitMemory makes an import collect garbage before it has more than twice what it reads:
// a large flow passes through several forms, and each would wait for the next.
func limitMemory(sources []files.Source) {
	var size int64
	for _, s := range sources {
		size += s.Size
	}
	debug.SetMemoryLimit(max(96<<20, 2*size))
}

func (o *importOptions) run(ctx context.Context, paths []string) error {
	sources := files.Find(paths)
	limitMemory(sources)
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	batch, err := o.read(ctx, sources)
	if err != nil {
		return err
	}
	to, err := o.app.Target()
	if err != nil {
		return err
	}
	c, err := o.app.ConnectTo(ctx, to)
	if err != nil {
		return err
	}
	locks := sync.Locks{}
	plan, err := o.plan(ctx, c, to.Key(), batch, locks)
	if err != nil {
		return err
	}
	results, err := o.carryOut(ctx, c, plan)
	if err != nil {
		return err
	}
	for i := range results {
		batch.flows[i].Result = &results[i]
	}
	var written []sync.Known
	for _, f := range batch.flows {
		if o.ifExists != sync.ExistsDuplicate && !o.dryRun && f.Done && f.alone && f.Action != sync.Skip {
			k := f.Known()
			k.File = f.file
			written = append(written, k)
		}
	}
	return errors.Join(locks.NoteFiles(ctx, to.Key(), written), o.report(ctx, p, batch))
}

// plan decides for each flow what is to be done with it.
func (o *importOptions) plan(ctx context.Context, c *client.Client, place string, b *batch, locks sync.Locks) (*sync.Plan, error) {
	var paths []string
	for _, f := range b.flows {
		paths = append(paths, f.file)
	}
	lock, err := locks.Joined(paths)
	if err != nil {
		return nil, err
	}
	sources := make([]sync.Source, len(b.flows))
	for i, f := range b.flows {
		sources[i] = sync.NewSource(f.at, f.id, f.spec, nil)
		f.spec = flow.Spec{} // the plan has it
	}
	plan, err := sync.NewPlan(ctx, c, sources, lock, sync.Options{
		Place: place, Exists: o.ifExists, Overwrite: o.overwrite, KeepGoing: o.keepGoing, Note: !lock.Empty(), Excluded: files.Exists,
	})
	if err != nil && errors.As(err, new(*sync.UnstorableError)) {
		err = fmt.Errorf("nothing was imported: %w", err)
	}
	if err == nil && !o.keepGoing {
		err = clashes(plan)
	}
	return plan, err
}

// clashes joins what stands in the way of the flows, a line for each.
func clashes(plan *sync.Plan) error {
	var lines []string
	for _, s := range plan.Steps {
		if s.Err != nil {
			lines = append(lines, "\n  "+output.Text(s.File+": "+s.Err.Error()))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return cmdutil.Conflict(errors.New("nothing was imported:" + strings.Join(lines, "") +
		"\nsay what to do with --if-exists skip, update or duplicate"))
}

// carryOut creates and updates the flows. After Ctrl-C, or a failure unless the others
// are wanted all the same, no further one is begun; those in flight come to their end, so
// that it is known what became of them.
func (o *importOptions) carryOut(ctx context.Context, c *client.Client, plan *sync.Plan) ([]sync.Result, error) {
	finish, cancel := parallel.Outlive(ctx, cmdutil.GraceToFinish)
	defer cancel()
	todo := plan.Writes()
	if o.dryRun {
		todo = 0
	}
	bar := o.app.Progress("importing", todo)
	defer bar.Clear()
	defer context.AfterFunc(ctx, func() {
		bar.Clear()
		o.app.Note("stopping when what is under way is done; press Ctrl-C again not to wait")
	})()
	return sync.Apply(ctx, finish, c, plan, sync.ApplyOptions{
		Parallel: o.parallel, KeepGoing: o.keepGoing, DryRun: o.dryRun, Step: func(*sync.Result) { bar.Step() },
	})
}
