package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
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

// report prints what was made, and what failed, and sums up.
func (o *importOptions) report(ctx context.Context, p *output.Printer, b *batch, results []sync.Result) error {
	out := outcomeOf(results, o.dryRun)
	var rows []stepRow
	for i, row := range out.rows {
		if row.Error == "" && row.Action != cmdutil.StateLeft {
			row.File = b.files[i].path
			rows = append(rows, row)
			o.warnOfLosses(b, i, &results[i])
		}
	}
	_, err := output.List(p, stepRowView(), output.Seq(rows))
	failed := len(out.failures) + len(out.refused) + b.bad
	left := out.count[cmdutil.StateLeft]
	made := out.done(cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateUnchanged)
	var verdict error
	again := "run the same command again"
	if o.ifExists == sync.ExistsFail {
		again = "run it again with --if-exists skip to import the rest"
	}
	switch {
	case ctx.Err() != nil && left+failed > 0:
		verdict = fmt.Errorf("interrupted: %s", again)
	case failed == 0:
	case failed == len(out.refused):
		verdict = out.conflict()
	case o.dryRun:
		verdict = cmdutil.Partial(fmt.Sprintf("%d of %s would fail", failed, output.Plural(len(results)+b.bad, "flow")))
	case !o.keepGoing && made == 0:
		verdict = append(out.refused, out.failures...)[0]
	default:
		verdict = cmdutil.Partial(fmt.Sprintf("%d of %s failed; fix that and %s", failed, output.Plural(len(results)+b.bad, "flow"), again))
	}
	for _, failure := range append(out.refused, out.failures...) {
		if !errors.Is(verdict, failure) {
			o.app.Fail(failure.Error())
		}
	}
	out.count[cmdutil.StateFailed], out.count[cmdutil.StateRefused] = failed, 0
	sum := out.sum(cmdutil.StateCreated, cmdutil.StateUpdated, stateSkipped, cmdutil.StateFailed)
	if o.dryRun {
		sum = fmt.Sprintf("would create %d, update %d, skip %d, fail %d", out.count["create"], out.count["update"], out.count["skip"], failed)
		if n := out.count[cmdutil.StateUnchanged]; n > 0 {
			sum += fmt.Sprintf(", %d unchanged", n)
		}
	}
	o.app.Note("%s", sum)
	return errors.Join(err, verdict)
}

// warnOfLosses names, once for each file, what was written of it only in part.
func (o *importOptions) warnOfLosses(b *batch, i int, r *sync.Result) {
	if r.Action != sync.Create && r.Action != sync.Update {
		return
	}
	f := b.files[i]
	for _, loss := range []struct {
		what []string
		text string
	}{{r.Dropped, "%s: this server does not keep %s"}, {f.extra, "%s: %s next to the flow stay in the file only; servers do not keep them"}} {
		text := fmt.Sprintf(loss.text, f.path, strings.Join(loss.what, ", "))
		if len(loss.what) > 0 && !b.warned[text] {
			b.warned[text] = true
			o.app.Warn("%s", text)
		}
	}
}
