package run

import (
	"cmp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/record"
	"github.com/flowctl/flowctl/pkg/flow"
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
  flowctl executions get review 019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b`,
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

// printExecution shows one execution of the flow, whole.
func printExecution(a *cmdutil.App, p *output.Printer, e flow.Execution, spec flow.Spec) error {
	if !p.ForPeople() {
		return output.Item(p, output.View[flow.Object]{Name: func(flow.Object) string { return e.ID }}, executionObject(e))
	}
	fields := []output.Field{
		{Label: "ID", Text: e.ID},
		{Label: "Status", Text: string(e.Status)},
		{Label: "Started", Text: p.Time(e.CreatedAt)},
		{Label: "Time", Text: took(e.ExecutionTime)},
		{Label: "User", Text: e.UserID},
	}
	nodes := record.Nodes(e)
	if t := flow.ParseRunMeta(e.Meta).Tokens; t != nil && t.Total > 0 {
		fields = append(fields, output.Field{Label: "Tokens", Text: tokenText(*t)})
	}
	outputs, _ := rawjson.ParseObject(e.Outputs) // what is not an object has none
	for _, m := range outputs {
		fields = append(fields, output.Field{Label: "Output " + output.Text(m.Key), Text: rawjson.Plain(m.Value)})
	}
	if len(outputs) == 0 && e.Status.Ended() && len(spec.Nodes) > 0 {
		last := record.Last(e, spec)
		for _, m := range last {
			fields = append(fields, output.Field{Label: "Result " + output.Text(m.Key), Text: rawjson.Plain(m.Value)})
		}
		if len(last) > 0 {
			a.Warn(noOutputs)
		}
	}
	if err := output.Summary(p, fields); err != nil || len(nodes) == 0 {
		return err
	}
	if err := p.Blank(); err != nil {
		return err
	}
	_, err := output.List(p, nodeRunView(), output.Seq(nodes))
	return err
}

func tokenText(t flow.Usage) string {
	return strconv.FormatInt(t.Total, 10) + " (" + strconv.FormatInt(t.Prompt, 10) + " asked, " + strconv.FormatInt(t.Completion, 10) + " answered)"
}

func nodeRunView() output.View[flow.NodeRun] {
	type column = output.Column[flow.NodeRun]
	return output.View[flow.NodeRun]{
		Columns: []column{
			{Title: "NODE", Text: func(_ *output.Printer, n flow.NodeRun) string { return n.ID }},
			{Title: "STATUS", Text: func(_ *output.Printer, n flow.NodeRun) string { return string(n.Status) }},
			{Title: "TIME", Text: func(_ *output.Printer, n flow.NodeRun) string { return took(n.Time) }},
			{Title: "TOKENS", Text: func(_ *output.Printer, n flow.NodeRun) string { return count(cmp.Or(n.Tokens, &flow.Usage{}).Total) }},
			{Title: "WHY", Text: func(_ *output.Printer, n flow.NodeRun) string { return cmp.Or(n.Reason, "-") }},
		},
		Name: func(n flow.NodeRun) string { return n.ID },
	}
}

// count is a number, "-" for none.
func count(n int64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}
