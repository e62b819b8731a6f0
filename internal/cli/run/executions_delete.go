package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type executionsDeleteOptions struct {
	app      *cmdutil.App
	all, yes bool
}

func newExecutionsDeleteCmd(a *cmdutil.App) *cobra.Command {
	o := &executionsDeleteOptions{app: a}
	cmd := &cobra.Command{
		Use:     "delete NAME ID... | NAME --all",
		Aliases: []string{"rm"},
		Short:   "Delete executions of a flow",
		Long: `Name executions by their ids, of which the first characters will do, or give
--all for all that have ended. At a terminal you are asked first; elsewhere
--yes is needed.

` + cmdutil.NameHelp,
		Example: `  flowctl executions delete "Content review" --all
  flowctl executions delete review 019a2b3c-4d5e`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeExecution(a),
		RunE:              o.run,
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "all executions of the flow that you see")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return cmd
}

func (o *executionsDeleteOptions) run(cmd *cobra.Command, args []string) error {
	ctx, ids := cmd.Context(), args[1:]
	switch {
	case o.all && len(ids) > 0:
		return cmdutil.Usage(errors.New("--all and ids exclude each other; give one of them"))
	case !o.all && len(ids) == 0:
		return cmdutil.Usage(errors.New("name executions by their ids, or give --all"))
	}
	c, flowID, err := o.app.FindFlow(ctx, args[0])
	if err != nil {
		return err
	}
	what := "all executions"
	if !o.all {
		what = output.Plural(len(ids), "execution")
		if ids, err = executionIDs(ctx, c, flowID, ids); err != nil {
			return err
		}
	}
	if err := o.app.MustConfirm(ctx, fmt.Sprintf("Delete %s of flow %s?", what, output.Quoted(args[0])), o.yes); err != nil {
		return err
	}
	if o.all {
		if err := c.Executions.DeleteAll(ctx, flowID); err != nil {
			return err
		}
		o.app.Note("Deleted the executions of %s", output.Quoted(args[0]))
		return nil
	}
	return o.delete(ctx, c, flowID, ids)
}

// delete deletes one after the other; a failure does not keep the others from
// being deleted.
func (o *executionsDeleteOptions) delete(ctx context.Context, c *client.Client, flowID string, ids []string) error {
	var errs []error
	for _, id := range ids {
		err := c.Executions.Delete(ctx, flowID, id)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		o.app.Note("Deleted %s", id)
	}
	return cmdutil.PartialOf(errs, len(ids), "executions not deleted")
}
