package run

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/record"
	"github.com/flowctl/flowctl/pkg/flow"
)

// underWayView is how lists show the runs that go on.
func underWayView() output.View[flow.Execution] {
	type column = output.Column[flow.Execution]
	return output.View[flow.Execution]{
		Columns: []column{
			{Title: "FLOW", Whole: true, Text: func(_ *output.Printer, u flow.Execution) string { return u.FlowName }},
			{Title: "ID", ID: true, Text: func(_ *output.Printer, u flow.Execution) string { return u.ID }},
			{Title: "STATUS", Text: func(_ *output.Printer, u flow.Execution) string { return string(u.Status) }},
			{Title: "STARTED", Text: func(p *output.Printer, u flow.Execution) string { return p.Time(u.CreatedAt) }},
			{Title: "USER", Text: func(_ *output.Printer, u flow.Execution) string { return cmp.Or(u.UserEmail, u.UserID) }},
			{Title: "FLOW ID", Wide: true, ID: true, Text: func(_ *output.Printer, u flow.Execution) string { return u.FlowID }},
		},
		Name: func(u flow.Execution) string { return u.ID },
	}
}

// executionView is how lists show executions.
func executionView() output.View[flow.Execution] {
	type column = output.Column[flow.Execution]
	return output.View[flow.Execution]{
		Columns: []column{
			{Title: "ID", ID: true, Text: func(_ *output.Printer, e flow.Execution) string { return e.ID }},
			{Title: "STATUS", Text: func(_ *output.Printer, e flow.Execution) string { return string(e.Status) }},
			{Title: "TIME", Text: func(_ *output.Printer, e flow.Execution) string { return took(e.ExecutionTime) }},
			{Title: "STARTED", Text: func(p *output.Printer, e flow.Execution) string { return p.Time(e.CreatedAt) }},
			{Title: "USER", Wide: true, Text: func(_ *output.Printer, e flow.Execution) string { return cmp.Or(e.UserID, "-") }},
		},
		Name: func(e flow.Execution) string { return e.ID },
	}
}

// took is a time in milliseconds for people, "-" if it is not known.
func took(ms *int64) string {
	if ms == nil {
		return "-"
	}
	return (time.Duration(*ms) * time.Millisecond).String()
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
