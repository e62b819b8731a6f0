package run

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

func newExecutionsGetCmd(a *cmdutil.App) *cobra.Command {
	out := cmdutil.OutputFlags{Paged: true}
	var files string
	cmd := &cobra.Command{
		Use:     "get NAME [ID]",
		Aliases: []string{"show"},
		Short:   "Show one execution",
		Long: `Shows how the run ended, what each node did, and what the output nodes showed.
--output json prints the whole record.

` + executionHelp,
		Example: `  flowctl executions get "Content review"
  flowctl executions get review 019a2b3c-4d5e`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeExecution(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.Printer(out)
			if err != nil {
				return err
			}
			c, flowID, id, err := executionArgs(cmd.Context(), a, args)
			if err != nil {
				return err
			}
			e, err := c.Executions.Get(cmd.Context(), flowID, id)
			if err != nil {
				return err
			}
			e, spec := readable(cmd.Context(), c, e)
			if err := printExecution(a, p, e, spec); err != nil {
				return err
			}
			return saveFiles(cmd.Context(), a, files, e)
		},
	}
	out.Register(cmd)
	cmd.Flags().StringVar(&files, "files", "", filesUsage)
	return cmd
}
