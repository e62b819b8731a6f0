package run

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

// executionHelp explains the arguments of the commands about one execution.
const executionHelp = `NAME is a flow's exact name, its id, or the first characters of its id. ID is
the id of an execution, or its first characters (4 or more); without one the
newest is meant.`

func newExecutionsCmd(a *cmdutil.App) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:        "executions",
		SuggestFor: []string{"ps", "logs", "runs", "history", "jobs"},
		Aliases:    []string{"execution"},
		Short:      "List, watch and cancel past and present runs",
		Long: `An execution is the record of a run: on the server, by 'flowctl run', or in the
browser. On a flowctl server you see your own and all of your flows; admins see
all. 'flowctl executions list' without a flow shows the runs under way.`,
	}, newExecutionsListCmd(a), newExecutionsGetCmd(a), newExecutionsStatsCmd(a),
		newExecutionsWatchCmd(a), newExecutionsCancelCmd(a), newExecutionsDeleteCmd(a))
}

// executionArgs finds the flow and the execution that the arguments mean.
func executionArgs(ctx context.Context, a *cmdutil.App, args []string) (c *client.Client, flowID, id string, err error) {
	c, flowID, err = a.FindFlow(ctx, args[0])
	if err != nil {
		return nil, "", "", err
	}
	if len(args) > 1 {
		ids, err := executionIDs(ctx, c, flowID, args[1:])
		if err != nil {
			return nil, "", "", err
		}
		return c, flowID, ids[0], nil
	}
	newest, err := c.Executions.List(ctx, flowID, 1)
	switch {
	case err != nil:
		return nil, "", "", err
	case len(newest) == 0:
		return nil, "", "", fmt.Errorf("the flow %s has no executions: %w", output.Quoted(args[0]), client.ErrNotFound)
	}
	return c, flowID, newest[0].ID, nil
}

// executionIDs returns the ids of executions of a flow that refs mean, which may be only
// the beginnings of the ids of its newest ones.
func executionIDs(ctx context.Context, c *client.Client, flowID string, refs []string) ([]string, error) {
	const newest = 1000
	var known []string
	ids := make([]string, len(refs))
	for i, ref := range refs {
		if ids[i] = ref; cmdutil.IsUUID(ref) {
			continue
		}
		if known == nil {
			list, err := c.Executions.List(ctx, flowID, newest)
			if err != nil {
				return nil, err
			}
			known = make([]string, len(list))
			for i, e := range list {
				known[i] = e.ID
			}
		}
		var err error
		if ids[i], err = cmdutil.WholeID(ref, known); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// completeExecution completes NAME, and after it the ids of the flow's newest
// executions.
func completeExecution(a *cmdutil.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return a.CompleteName(cmd, args, prefix)
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), cmdutil.CompleteTimeout)
		defer cancel()
		if _, err := a.ConnectForCompletion(ctx, cmd); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, flowID, err := a.FindFlow(ctx, args[0])
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var found []cobra.Completion
		rows, _ := c.Executions.List(ctx, flowID, 20) // what there is of them will do
		for _, e := range rows {
			found = append(found, cobra.CompletionWithDesc(e.ID, string(e.Status)))
		}
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
