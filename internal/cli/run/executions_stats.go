package run

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
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

func printStats(p *output.Printer, flowID string, s flow.ExecutionStats) error {
	if !p.ForPeople() {
		return output.Item(p, output.View[flow.ExecutionStats]{Name: func(flow.ExecutionStats) string { return flowID }}, s)
	}
	fields := []output.Field{{Label: "Executions", Text: countText(s)}}
	if ended := s.Success + s.Errors + s.Aborted; ended > 0 {
		rate := 100 * float64(s.Success) / float64(ended)
		fields = append(fields, output.Field{Label: "Success rate", Text: strconv.FormatFloat(rate, 'f', 1, 64) + " %"})
	}
	if s.AverageTime != nil {
		mean := int64(math.Round(*s.AverageTime))
		text := "mean " + took(&mean)
		if s.P50 != nil {
			text += fmt.Sprintf(", p50 %s, p95 %s", took(s.P50), took(s.P95))
		}
		fields = append(fields, output.Field{Label: "Time", Text: text})
	}
	if s.Tokens != nil {
		fields = append(fields, output.Field{Label: "Tokens", Text: tokenText(*s.Tokens)})
	}
	if s.LastExecution != nil {
		fields = append(fields, output.Field{Label: "Last", Text: p.Time(*s.LastExecution)})
	}
	if err := output.Summary(p, fields); err != nil || len(s.Nodes) == 0 {
		return err
	}
	if err := p.Blank(); err != nil {
		return err
	}
	_, err := output.List(p, nodeStatsView(), output.Seq(s.Nodes))
	return err
}

// countText is how many executions ended how.
func countText(s flow.ExecutionStats) string {
	var parts []string
	for _, c := range []struct {
		n    int64
		word string
	}{
		{s.Success, "success"}, {s.Errors, "error"}, {s.Aborted, "aborted"},
		{s.Total - s.Success - s.Errors - s.Aborted, "not ended"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%s)", s.Total, strings.Join(parts, ", "))
}

func nodeStatsView() output.View[flow.NodeStats] {
	type column = output.Column[flow.NodeStats]
	return output.View[flow.NodeStats]{
		Columns: []column{
			{Title: "NODE", Text: func(_ *output.Printer, n flow.NodeStats) string { return n.ID }},
			{Title: "SUCCESS", Text: func(_ *output.Printer, n flow.NodeStats) string { return count(n.Success) }},
			{Title: "ERROR", Text: func(_ *output.Printer, n flow.NodeStats) string { return count(n.Errors) }},
			{Title: "SKIPPED", Text: func(_ *output.Printer, n flow.NodeStats) string { return count(n.Skipped) }},
			{Title: "P50", Text: func(_ *output.Printer, n flow.NodeStats) string { return took(n.P50) }},
			{Title: "P95", Text: func(_ *output.Printer, n flow.NodeStats) string { return took(n.P95) }},
			{Title: "TOKENS", Text: func(_ *output.Printer, n flow.NodeStats) string { return count(n.Tokens.Total) }},
		},
		Name: func(n flow.NodeStats) string { return n.ID },
	}
}
