package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/sync"
)

type statusOptions struct {
	app   *cmdutil.App
	out   cmdutil.OutputFlags
	check bool
	mine  bool
	folderFlags
}

func newStatusCmd(a *cmdutil.App) *cobra.Command {
	o := &statusOptions{app: a}
	cmd := &cobra.Command{
		Use:   "status PATH|NAME...",
		Short: "Show what changed in flow files and on the server",
		Long: `  same           file and server are equal
  changed here   the file changed: flowctl apply
  changed there  the flow changed on the server: flowctl pull
  both           both changed: flowctl pull or apply merges them
  differs        flowctl.lock has no earlier version: flowctl diff
  only here      the server has no such flow: flowctl apply creates it
  only there     the file is gone: flowctl apply --prune deletes the flow
  not visible    the server has the flow, and you may not see it

Nothing is written. The owner of a flow that changed there is named.

` + pickHelp,
		Example: `  flowctl status flows
  flowctl status flows/review.json --check   # in CI
  flowctl status flows --mine                # the flows without a file, too`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "exit with 3 if anything is not the same")
	cmd.Flags().BoolVar(&o.mine, "mine", false, "show the flows that you may change and that no file has, too")
	o.register(a, cmd, "")
	o.out.Register(cmd)
	return cmd
}

func (o *statusOptions) run(ctx context.Context, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	d, c, opts, err := o.open(ctx, o.app, args, false)
	if err != nil {
		return err
	}
	if opts.Others = o.mine; o.mine && opts.Picked != nil {
		return cmdutil.Usage(errors.New("--mine is for the whole folder; which flows have no file a part of it does not tell"))
	}
	states, more, err := sync.Status(ctx, c, d.Sources, d.Lock, opts)
	if err != nil {
		return err
	}
	if _, err := output.List(p, statusView(), output.Seq(states)); err != nil {
		return err
	}
	if more > 0 {
		o.app.Note("%s without a file in %s that you may change; --mine shows them", output.Plural(more, "flow"), d.Dir)
	}
	differ := 0
	for _, s := range states {
		if s.State != sync.Same {
			differ++
		}
	}
	if o.check && differ > 0 {
		return cmdutil.Negative(fmt.Sprintf("%d of %s not the same here and on %s", differ, output.Plural(len(states), "flow"), o.app.Connected))
	}
	return nil
}

func statusView() output.View[sync.FileState] {
	type column = output.Column[sync.FileState]
	return output.View[sync.FileState]{
		Columns: []column{
			{Title: "FILE", Text: func(_ *output.Printer, s sync.FileState) string { return cmp.Or(s.File, "-") }},
			{Title: "NAME", Text: func(_ *output.Printer, s sync.FileState) string { return secrets.RedactText(s.Name) }},
			{Title: "STATE", Text: func(_ *output.Printer, s sync.FileState) string { return string(s.State) }},
			{Title: "NOTE", Text: func(_ *output.Printer, s sync.FileState) string { return secrets.RedactText(statusNote(s)) }},
		},
		Name: func(s sync.FileState) string { return s.File },
	}
}

// statusNote returns who changed a flow and when, as far as that is known.
func statusNote(s sync.FileState) string {
	if s.Updated == 0 || s.State == sync.OnlyThere && s.Note != "" {
		return s.Note
	}
	note := s.Note
	if note != "" {
		note += ", "
	}
	note += time.Unix(s.Updated, 0).UTC().Format(time.RFC3339)
	if s.Owner != "" {
		note += " by " + s.Owner
	}
	if s.Shared {
		note += " or somebody who may write it"
	}
	return note
}
