package run

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type executionsWatchOptions struct {
	app      *cmdutil.App
	out      cmdutil.OutputFlags
	interval time.Duration
}

func newExecutionsWatchCmd(a *cmdutil.App) *cobra.Command {
	o := &executionsWatchOptions{app: a}
	cmd := &cobra.Command{
		Use:   "watch NAME [ID]",
		Short: "Wait for the end of a run, and show it",
		Long: `Waits until a run on the server has ended, and shows it as 'flowctl executions
get' does. Progress goes to stderr. The exit code is 3 unless the run succeeded.
Ctrl-C ends the waiting, not the run.

` + executionHelp,
		Example:           `  flowctl executions watch "Content review"`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeExecution(a),
		RunE:              o.run,
	}
	cmd.Flags().DurationVar(&o.interval, "interval", time.Second, "how often the server is asked")
	o.out.Register(cmd)
	return cmd
}

func (o *executionsWatchOptions) run(cmd *cobra.Command, args []string) error {
	if o.interval < 100*time.Millisecond {
		return cmdutil.Usage(fmt.Errorf("--interval is %v; give 100ms or more", o.interval))
	}
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	c, flowID, id, err := executionArgs(cmd.Context(), o.app, args)
	if err != nil {
		return err
	}
	e, err := o.await(cmd.Context(), c, flowID, id)
	if err != nil {
		return err
	}
	e, spec := readable(cmd.Context(), c, e)
	if err := printExecution(o.app, p, e, spec); err != nil {
		return err
	}
	if e.Status != flow.RunSuccess {
		return cmdutil.Negative(fmt.Sprintf("the run ended with %s", e.Status))
	}
	return nil
}

// await asks until the run has ended, and reports when its state changes.
func (o *executionsWatchOptions) await(ctx context.Context, c *client.Client, flowID, id string) (flow.Execution, error) {
	var told flow.RunStatus
	for {
		e, err := c.Executions.Get(ctx, flowID, id)
		if err != nil || e.Status.Ended() {
			return e, err
		}
		if e.Status != told {
			told = e.Status
			o.app.Note("%s is %s", e.ID, e.Status)
		}
		select {
		case <-time.After(o.interval):
		case <-ctx.Done():
			return e, ctx.Err()
		}
	}
}
