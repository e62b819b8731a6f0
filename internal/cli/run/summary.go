package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/runner"
	"github.com/flowctl/flowctl/pkg/flow"
)

// runSummary is what is said of a run that did not succeed.
type runSummary struct {
	status               flow.RunStatus
	nodes, done, skipped int
	cutOff               []string // the nodes that were running when the run ended
	failures             []string
	hint                 string // what to do about them, "" for nothing
	warnings             int
	strict               bool // warnings count as failures
}

func (s *runSummary) count(node string, status flow.NodeStatus) {
	s.nodes++
	switch status {
	case flow.NodeSuccess:
		s.done++
	case flow.NodeSkipped:
		s.skipped++
	case flow.NodeAborted:
		s.cutOff = append(s.cutOff, node)
	}
}

// fail adds a failure: what ended the run first, and nothing of the nodes that
// were only cut off then.
func (s *runSummary) fail(node, text string) {
	switch {
	case node == flow.GlobalNode:
		s.failures = slices.Insert(s.failures, 0, text)
	case !slices.Contains(s.cutOff, node):
		s.failures = append(s.failures, fmt.Sprintf("node %s: %s", output.Quoted(node), text))
	}
}

// summaryOf sums up a run of a flow of so many nodes.
func summaryOf(e flow.Execution, total int) runSummary {
	s := runSummary{status: e.Status}
	for _, n := range flow.ParseRunMeta(e.Meta).Nodes {
		s.count(n.ID, n.Status)
	}
	if s.nodes == 0 { // a run that was cut off
		results, _ := rawjson.ParseObject(e.NodeResults)
		s.nodes, s.done = total, len(results)
	}
	failures, _ := rawjson.ParseObject(e.Errors) // null has none
	for _, m := range failures {
		s.fail(m.Key, rawjson.Plain(m.Value))
	}
	return s
}

// outcome is the error of a run that did not succeed.
func (s runSummary) outcome(ctx context.Context) error {
	switch {
	case s.status == flow.RunSuccess && s.strict && s.warnings > 0:
		return cmdutil.Negative(fmt.Sprintf("the run has %s, which --strict takes for a failure", output.Plural(s.warnings, "warning")))
	case s.status == flow.RunSuccess:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; %d of %s done", s.done, output.Plural(s.nodes, "node"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the run failed; %d of %s done", s.done, output.Plural(s.nodes, "node"))
	if s.status == flow.RunAborted {
		b.Reset()
		fmt.Fprintf(&b, "the run was ended on the server; %d of %s done", s.done, output.Plural(s.nodes, "node"))
	}
	if s.skipped > 0 {
		fmt.Fprintf(&b, ", %d skipped", s.skipped)
	}
	if len(s.cutOff) > 0 {
		fmt.Fprintf(&b, ", cut off: %s", runner.QuotedList(s.cutOff))
	}
	for _, text := range s.failures {
		again := func(other string) bool { return other != text && strings.HasSuffix(other, text) }
		if slices.ContainsFunc(s.failures, again) { // the loop around the node has it too
			continue
		}
		b.WriteString("\n  " + text)
	}
	if s.hint != "" {
		b.WriteString("\n" + s.hint)
	}
	return cmdutil.Negative(b.String())
}
