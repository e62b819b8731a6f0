package sync

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/history"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type rollbackOptions struct {
	app     *cmdutil.App
	message string
	apply   applyOptions // of a file in git; has the flags for both
}

func newRollbackCmd(a *cmdutil.App) *cobra.Command {
	o := &rollbackOptions{app: a, apply: applyOptions{app: a, parallel: 1, folderFlags: folderFlags{noMerge: true}}}
	cmd := &cobra.Command{
		Use:        "rollback NAME",
		SuggestFor: []string{"revert", "undo"},
		Short:      "Make a flow again what it was in an earlier version",
		Long: `NAME@VERSION is the version to go back to ('flowctl help versions'), by default
the one before the newest. What would change is shown, and you are asked; where
nobody can be asked --yes is needed. The result is a new version: nothing is
lost, and who may see the flow stays. If somebody changes the flow meanwhile,
nothing is done, and the exit code is 6.

On Open WebUI, which keeps no versions, the flow's file becomes what it was in a
commit, and is applied as by 'flowctl apply --no-merge'.

` + cmdutil.NameHelp,
		Example: `  flowctl rollback "Content review"
  flowctl rollback "Content review@7" --yes
  flowctl rollback "Content review@published" -m "answers were too long"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVarP(&o.apply.yes, "yes", "y", false, "do not ask")
	cmdutil.MessageFlag(cmd, &o.message)
	o.apply.register(a, cmd, "")
	o.apply.out.Register(cmd)
	return cmd
}

func (o *rollbackOptions) run(ctx context.Context, name string) error {
	p, err := o.app.Printer(o.apply.out)
	if err != nil {
		return err
	}
	refs, err := o.app.FindVersions(ctx, name)
	if err != nil {
		return err
	}
	r := refs[0]
	r.Version = cmp.Or(r.Version, "-1")
	h, err := o.app.History(ctx, r)
	if err != nil {
		return err
	}
	if h.InGit {
		return o.file(ctx, h, r.Version)
	}
	f, err := o.restore(ctx, h, r)
	if err != nil {
		return err
	}
	return output.Item(p, output.View[flow.Flow]{
		Columns: []output.Column[flow.Flow]{
			{Title: "NAME", Whole: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.Name }},
			{Title: "ID", ID: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.ID }},
			{Title: "UPDATED", Text: func(p *output.Printer, f flow.Flow) string { return p.Time(f.UpdatedAt) }},
		},
		Name: func(f flow.Flow) string { return f.ID },
	}, f)
}

// restore makes the flow of a server that keeps versions what it was.
func (o *rollbackOptions) restore(ctx context.Context, h *history.Flow, r cmdutil.VersionRef) (flow.Flow, error) {
	now, err := h.Client.Flows.Get(ctx, h.ID)
	if err != nil {
		return now, err
	}
	v, err := h.Version(ctx, r.Version)
	if err != nil {
		return now, err
	}
	version := strconv.FormatInt(v.Number, 10)
	was := *v.Flow
	was.AccessControl = now.AccessControl
	pair := render.Pair{Before: now.Name, After: now.Name + "@" + version, Changes: flow.Diff(layout.Without(now.Spec), layout.Without(was))}
	if len(pair.Changes) == 0 {
		o.app.Note("%s is what it was in version %s already", output.Quoted(now.Name), version)
		return now, nil
	}
	fmt.Fprint(o.app.Err, render.Text(pair, o.app.Color(o.app.Err)))
	if err := o.app.MustConfirm(ctx, fmt.Sprintf("Roll %s on %s back to version %s?", output.Quoted(now.Name), o.app.Connected, version), o.apply.yes); err != nil {
		return now, err
	}
	f, err := h.Client.Flows.Restore(ctx, h.ID, version, client.IfUnchanged(now.Revision()), client.WithMessage(o.message))
	if err != nil {
		return f, cmdutil.NotYours(ctx, h.Client, h.ID, err, cmdutil.MayChange)
	}
	o.app.Note("rolled %s back to version %s", output.Quoted(now.Name), version)
	return f, nil
}

// file makes the flow's file what it was in a commit, and applies it. If that is not done,
// the file stays as it is.
func (o *rollbackOptions) file(ctx context.Context, h *history.Flow, version string) error {
	now, was, err := h.Checkout(ctx, version)
	if err != nil {
		return err
	}
	if now == nil {
		o.app.Note("%s is what it was already", h.Path())
		return nil
	}
	if err := h.Write(was); err != nil {
		return err
	}
	if err := o.apply.run(ctx, []string{h.Path()}); err != nil {
		if back := h.Write(now); back != nil {
			return fmt.Errorf("%w; and %s is not as it was: %w", err, h.Path(), back)
		}
		return err
	}
	o.app.Note("commit %s", h.Path())
	return nil
}
