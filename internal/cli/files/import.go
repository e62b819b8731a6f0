package files

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/client"
)

type importOptions struct {
	app        *cmdutil.App
	out        cmdutil.OutputFlags
	ifExists   string
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

A flow exists already if you have one with the id in the file, or else with its
name. --if-exists chooses what happens then:

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
	f.StringVar(&o.ifExists, "if-exists", ifExistsFail, "what to do with a flow that exists: fail, skip, update or duplicate")
	f.IntVar(&o.parallel, "parallel", 8, "how many flows are written at a time")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	f.BoolVar(&o.keepGoing, "keep-going", false, "import what can be imported, whatever is wrong with the rest")
	f.BoolVar(&o.overwrite, "overwrite", false, cmdutil.OverwriteThere)
	f.BoolVar(&o.noValidate, "no-validate", false, "import drafts with errors too, if the server takes them")
	_ = cmd.RegisterFlagCompletionFunc("if-exists", cobra.FixedCompletions(ifExistsValues(), cobra.ShellCompDirectiveNoFileComp))
	o.out.Register(cmd)
	return cmd
}

func ifExistsValues() []string {
	return []string{ifExistsFail, ifExistsSkip, ifExistsUpdate, ifExistsDuplicate}
}

func (o *importOptions) check() error {
	if !slices.Contains(ifExistsValues(), o.ifExists) {
		return fmt.Errorf("unknown --if-exists %q; use one of %s", o.ifExists, strings.Join(ifExistsValues(), ", "))
	}
	if o.overwrite && o.ifExists != ifExistsUpdate {
		return errors.New("--overwrite goes with --if-exists update")
	}
	if o.parallel < 1 || o.parallel > cmdutil.MaxParallel {
		return fmt.Errorf("--parallel %d is not from 1 to %d", o.parallel, cmdutil.MaxParallel)
	}
	return nil
}

func (o *importOptions) run(ctx context.Context, paths []string) error {
	sources := files.Find(paths)
	defer cmdutil.LimitMemory(cmdutil.SizeOf(sources))()
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
	if to.Local() && !o.dryRun {
		unlock, err := cmdutil.LockImport(ctx)
		if err != nil {
			return err
		}
		defer unlock()
	}
	if err := o.decide(ctx, c, batch.flows); err != nil {
		return err
	}
	locks := cmdutil.NewFolderLocks(to)
	if err := o.findBases(batch.flows, locks); err != nil {
		return err
	}
	if o.dryRun {
		o.look(ctx, c, batch.flows)
	} else {
		o.write(ctx, c, batch.flows)
	}
	for _, f := range batch.flows {
		if f.digest.Content != "" && (f.done || f.action == actionSame) {
			locks.Wrote(f.file, f.id, f.match.id, f.digest)
		}
	}
	return errors.Join(locks.Write(ctx), o.report(ctx, p, batch))
}

// decide says for each flow what is to be done with it.
func (o *importOptions) decide(ctx context.Context, c *client.Client, flows []*incoming) error {
	var have []*stored
	if o.ifExists != ifExistsDuplicate {
		var err error
		if have, err = storedFlows(ctx, c); err != nil {
			return err
		}
	}
	plan(flows, have, o.ifExists)
	if err := o.checkStorable(ctx, c, flows); err != nil {
		return err
	}
	if !o.keepGoing {
		if err := clashes(flows); err != nil {
			return err
		}
	}
	if o.dryRun || o.ifExists == ifExistsDuplicate {
		return nil
	}
	return chooseIDs(ctx, c, flows, have)
}
