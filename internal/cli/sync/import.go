package sync

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/sync"
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
			if o.overwrite && o.ifExists != sync.ExistsUpdate {
				return cmdutil.Usage(errors.New("--overwrite goes with --if-exists update"))
			}
			if err := checkParallel(o.parallel); err != nil {
				return err
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	cmdutil.EnumVar(cmd, (*string)(&o.ifExists), "if-exists", "", string(sync.ExistsFail), "what to do with a flow that exists: fail, skip, update or duplicate",
		string(sync.ExistsFail), string(sync.ExistsSkip), string(sync.ExistsUpdate), string(sync.ExistsDuplicate))
	f.IntVar(&o.parallel, "parallel", 8, "how many flows are written at a time")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	f.BoolVar(&o.keepGoing, "keep-going", false, "import what can be imported, whatever is wrong with the rest")
	f.BoolVar(&o.overwrite, "overwrite", false, overwriteThere)
	f.BoolVar(&o.noValidate, "no-validate", false, "import drafts with errors too, if the server takes them")
	o.out.Register(cmd)
	return cmd
}

func (o *importOptions) run(ctx context.Context, paths []string) error {
	sources := files.Find(paths)
	limitMemory(sources)
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	b, err := o.read(ctx, sources)
	if err != nil {
		return err
	}
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	profile, locks := o.app.Connected.Key(), sync.Locks{}
	plan, err := o.plan(ctx, c, profile, b, locks)
	if err != nil {
		return err
	}
	note := func(ctx context.Context, results []sync.Result) error {
		var written []sync.LockEntry
		for i := range results {
			r := &results[i]
			if o.ifExists != sync.ExistsDuplicate && !o.dryRun && r.Done && r.Action != sync.Skip && b.files[i].alone {
				written = append(written, r.LockEntry())
			}
		}
		return locks.Save(ctx, profile, written)
	}
	results, _, noted := carryOut(ctx, o.app, c, plan, "importing", sync.ApplyOptions{Parallel: o.parallel, KeepGoing: o.keepGoing, DryRun: o.dryRun}, note)
	return errors.Join(noted, o.report(ctx, p, b, results))
}
