package main

import (
	"cmp"
	"encoding/json"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/record"
	"github.com/flowctl/flowctl/pkg/flow"
)

func newExecutionsGetCmd(a *app) *cobra.Command {
	var out outputFlags
	var files string
	cmd := &cobra.Command{
		Use:     "get REF [ID]",
		Aliases: []string{"show"},
		Short:   "Show one execution",
		Long: `Show one execution: how it ended, what each node did, and what the output nodes
showed. --output json gives all that is kept of it; what the editor has kept of
a run in the browser is brought into the form of other executions.

` + executionHelp,
		Example: `  flowctl executions get "Content review"
  flowctl executions get review 019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b --jq .errors`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: a.completeExecution,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.pagedPrinter(out)
			if err != nil {
				return err
			}
			c, flowID, id, err := a.executionArgs(cmd.Context(), args)
			if err != nil {
				return err
			}
			e, err := c.Executions.Get(cmd.Context(), flowID, id)
			if err != nil {
				return err
			}
			e, spec := readable(cmd.Context(), c, e)
			if err := a.printExecution(p, e, spec); err != nil {
				return err
			}
			return a.saveFiles(cmd.Context(), files, e)
		},
	}
	out.register(cmd)
	cmd.Flags().StringVar(&files, "files", "", filesUsage)
	return cmd
}

// printExecution shows one execution of the flow, whole.
func (a *app) printExecution(p *output.Printer, e flow.Execution, spec flow.Spec) error {
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
	about := readMeta(e)
	if about.Tokens.Total > 0 {
		fields = append(fields, output.Field{Label: "Tokens", Text: tokenText(about.Tokens)})
	}
	outputs, _ := flow.ParseObject(e.Outputs) // what is no object has none
	for _, m := range outputs {
		fields = append(fields, output.Field{Label: "Output " + output.Text(m.Key), Text: plainText(m.Value)})
	}
	if len(outputs) == 0 && e.Status.Ended() && len(spec.Nodes) > 0 {
		last := record.Last(e, spec)
		for _, m := range last {
			fields = append(fields, output.Field{Label: "Result " + output.Text(m.Key), Text: plainText(m.Value)})
		}
		if len(last) > 0 {
			a.warn(noOutputs)
		}
	}
	if err := output.Summary(p, fields); err != nil || len(about.nodes) == 0 {
		return err
	}
	if err := p.Blank(); err != nil {
		return err
	}
	_, err := output.List(p, nodeRunView(), output.Seq(about.nodes))
	return err
}

func tokenText(t flow.TokenCount) string {
	return strconv.FormatInt(t.Total, 10) + " (" + strconv.FormatInt(t.Prompt, 10) + " asked, " + strconv.FormatInt(t.Completion, 10) + " answered)"
}

// plainText is a text as it is, anything else as JSON.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// nodeRun is what a node did in an execution.
type nodeRun struct {
	id     string
	Status string
	Time   *int64
	Tokens flow.TokenCount
	Reason string
}

// executionMeta is what the meta of an execution tells.
type executionMeta struct {
	Tokens flow.TokenCount
	Nodes  json.RawMessage
	nodes  []nodeRun
}

// readMeta reads what is known of the nodes. Executions of the real backend have
// no meta: there it is the results and errors.
func readMeta(e flow.Execution) executionMeta {
	var meta executionMeta
	_ = json.Unmarshal(e.Meta, &meta) // another client's meta tells nothing
	failures, _ := flow.ParseObject(e.Errors)
	add := func(object json.RawMessage, status string) {
		members, _ := flow.ParseObject(object)
		for _, m := range members {
			n := nodeRun{id: m.Key, Status: status}
			if status == "" && json.Unmarshal(m.Value, &n) != nil {
				continue
			}
			if failure, ok := failures.Get(m.Key); ok {
				n.Reason = plainText(failure)
			}
			meta.nodes = append(meta.nodes, n)
		}
	}
	if add(meta.Nodes, ""); len(meta.nodes) == 0 {
		add(e.NodeResults, string(flow.RunSuccess))
		add(e.Errors, string(flow.RunError))
	} else if global, ok := failures.Get("global"); ok {
		meta.nodes = append(meta.nodes, nodeRun{id: "global", Status: string(flow.RunError), Reason: plainText(global)})
	}
	return meta
}

func nodeRunView() output.View[nodeRun] {
	type column = output.Column[nodeRun]
	return output.View[nodeRun]{
		Columns: []column{
			{Title: "NODE", Text: func(_ *output.Printer, n nodeRun) string { return n.id }},
			{Title: "STATUS", Text: func(_ *output.Printer, n nodeRun) string { return n.Status }},
			{Title: "TIME", Text: func(_ *output.Printer, n nodeRun) string { return took(n.Time) }},
			{Title: "TOKENS", Text: func(_ *output.Printer, n nodeRun) string { return count(n.Tokens.Total) }},
			{Title: "WHY", Text: func(_ *output.Printer, n nodeRun) string { return cmp.Or(n.Reason, "-") }},
		},
		Name: func(n nodeRun) string { return n.id },
	}
}

// count is a number, "-" for none.
func count(n int64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}
