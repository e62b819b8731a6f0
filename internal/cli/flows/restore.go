package flows

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

type restoreOptions struct {
	app *cmdutil.App
	out cmdutil.OutputFlags
}

func newRestoreCmd(a *cmdutil.App) *cobra.Command {
	o := &restoreOptions{app: a}
	cmd := &cobra.Command{
		Use:        "restore NAME...",
		SuggestFor: []string{"undelete"},
		Short:      "Take back the deletion of flows",
		Long: `A flow comes back as it was, with its versions, its executions and who may see
it. 'flowctl list --deleted' lists what there is. If one NAME is not found,
nothing is restored. For an earlier version of a flow see 'flowctl rollback'.

Open WebUI deletes flows for good.

` + cmdutil.NameHelp,
		Example: `  flowctl list --deleted
  flowctl restore "Content review"`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.out.Register(cmd)
	return cmd
}

func (o *restoreOptions) run(ctx context.Context, args []string) error {
	p, c, err := o.app.Begin(ctx, o.out)
	if err != nil {
		return err
	}
	deleted, err := cmdutil.ResolveDeleted(ctx, c, args)
	if err != nil {
		return err
	}
	var restored []flow.Flow
	var errs []error
	for _, f := range deleted {
		f, err := c.Flows.Restore(ctx, f.ID, "")
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		restored = append(restored, f)
	}
	if len(restored) > 0 {
		_, err = output.List(p, flowView(), output.Seq(restored))
	}
	return errors.Join(cmdutil.PartialOf(errs, len(deleted), "flows not restored"), err)
}
