package run

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

func newExecutionsStatsCmd(a *cmdutil.App) *cobra.Command {
	out := cmdutil.OutputFlags{Paged: true}
	cmd := &cobra.Command{
		Use:   "stats NAME",
		Short: "Sum up the executions of a flow",
		Long: `Counts the runs by how they ended, with their average time. A flowctl server
adds the median and the 95th percentile of the time, tokens, and the same for
each node, of the newest 1,000 runs.

` + cmdutil.NameHelp,
		Example:           `  flowctl executions stats "Content review"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.Printer(out)
			if err != nil {
				return err
			}
			c, flowID, err := a.FindFlow(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			stats, err := c.Executions.Stats(cmd.Context(), flowID)
			if err != nil {
				return err
			}
			return printStats(p, flowID, stats)
		},
	}
	out.Register(cmd)
	return cmd
}
