package run

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
)

type executionsListOptions struct {
	app   *cmdutil.App
	out   cmdutil.OutputFlags
	limit int
}

func newExecutionsListCmd(a *cmdutil.App) *cobra.Command {
	o := &executionsListOptions{app: a, out: cmdutil.OutputFlags{Paged: true}}
	cmd := &cobra.Command{
		Use:     "list [NAME]",
		Aliases: []string{"ls"},
		Short:   "List the executions of a flow, the newest first",
		Long: `Without a flow it lists the runs under way or waiting on a flowctl server: yours
and those of your flows, for an admin all.

` + cmdutil.NameHelp,
		Example: `  flowctl executions list "Content review"
  flowctl executions list
  flowctl executions list review --jq '.[].status'`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	cmd.Flags().IntVarP(&o.limit, "limit", "n", 0, "at most `n` executions (default all)")
	o.out.Register(cmd)
	return cmd
}

func (o *executionsListOptions) run(cmd *cobra.Command, args []string) error {
	if o.limit < 0 {
		return cmdutil.Usage(fmt.Errorf("--limit is %d; give 1 or more, or 0 for all", o.limit))
	}
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return o.underWay(cmd.Context(), p)
	}
	c, flowID, err := o.app.FindFlow(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	rows := c.Executions.All(cmd.Context(), flowID)
	if o.limit > 0 {
		list, err := c.Executions.List(cmd.Context(), flowID, o.limit)
		if err != nil {
			return err
		}
		rows = output.Seq(list)
	}
	n, err := output.List(p, executionView(), rows)
	if err == nil && n == 0 && p.ForPeople() {
		o.app.Note("No executions yet.")
	}
	return err
}

func (o *executionsListOptions) underWay(ctx context.Context, p *output.Printer) error {
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	list, err := c.Executions.UnderWay(ctx)
	if err != nil {
		return err
	}
	if o.limit > 0 && len(list) > o.limit {
		list = list[:o.limit]
	}
	n, err := output.List(p, underWayView(), output.Seq(list))
	if err == nil && n == 0 && p.ForPeople() {
		o.app.Note("No runs go on.")
	}
	return err
}
