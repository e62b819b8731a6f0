package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type executionsCancelOptions struct {
	app      *cmdutil.App
	all, yes bool
	user     string
}

func newExecutionsCancelCmd(a *cmdutil.App) *cobra.Command {
	o := &executionsCancelOptions{app: a}
	cmd := &cobra.Command{
		Use:   "cancel NAME [ID] | --all",
		Short: "End a run on the server",
		Long: `The run, under way or waiting, ends; its record stays, with what was done until
then. --all ends all runs that 'flowctl executions list' shows: for an admin
those of all users, or with --user those of one. At a terminal you are asked
first; elsewhere --all needs --yes.

` + executionHelp,
		Example: `  flowctl executions cancel "Content review"
  flowctl executions cancel --all --user ada@example.org`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: completeExecution(a),
		RunE:              o.run,
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "all runs that you may end")
	cmd.Flags().StringVar(&o.user, "user", "", "with --all, only the runs of the user with this `e-mail`")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return cmd
}

func (o *executionsCancelOptions) run(cmd *cobra.Command, args []string) error {
	switch {
	case o.all && len(args) > 0:
		return cmdutil.Usage(errors.New("--all and a flow exclude each other; give one of them"))
	case !o.all && len(args) == 0:
		return cmdutil.Usage(errors.New("name a flow, or give --all"))
	case !o.all && o.user != "":
		return cmdutil.Usage(errors.New("--user goes with --all; add that"))
	case o.all:
		return o.cancelAll(cmd.Context())
	}
	c, flowID, id, err := executionArgs(cmd.Context(), o.app, args)
	if err != nil {
		return err
	}
	can, err := c.Capabilities(cmd.Context())
	if err == nil && !can.Runs {
		return errors.New("this server runs no flows; a run in a browser or of 'flowctl run' is ended there")
	}
	return o.cancel(cmd.Context(), c, flowID, id)
}

func (o *executionsCancelOptions) cancel(ctx context.Context, c *client.Client, flowID, id string) error {
	e, err := c.Executions.Cancel(ctx, flowID, id)
	if err != nil {
		return err
	}
	if e.Status != flow.RunAborted {
		o.app.Note("%s had just ended: %s", e.ID, e.Status)
		return nil
	}
	o.app.Note("Cancelled %s", e.ID)
	return nil
}

// cancelAll ends all runs, those that wait first: they would have their turns
// otherwise. What ends by itself meanwhile is not a failure.
func (o *executionsCancelOptions) cancelAll(ctx context.Context) error {
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	list, err := c.Executions.UnderWay(ctx)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(u flow.Execution) bool { return o.user != "" && !strings.EqualFold(u.UserEmail, o.user) })
	if len(list) == 0 {
		o.app.Note("No runs to end.")
		return nil
	}
	if err := o.app.MustConfirm(ctx, fmt.Sprintf("End %s?", output.Plural(len(list), "run")), o.yes); err != nil {
		return err
	}
	var errs []error
	for _, waits := range []bool{true, false} {
		for _, u := range list {
			if waits != (u.Status == flow.RunPending) {
				continue
			}
			err := o.cancel(ctx, c, u.FlowID, u.ID)
			if ctx.Err() != nil {
				return err
			}
			if err != nil && !errors.Is(err, client.ErrConflict) && !errors.Is(err, client.ErrNotFound) {
				errs = append(errs, err)
			}
		}
	}
	return cmdutil.PartialOf(errs, len(list), "runs not ended")
}
