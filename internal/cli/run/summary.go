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

// outcome is the error of a run of a flow of so many nodes that did not succeed, and of
// one with warnings if those count. hint is what to do about failures, "" for nothing.
func (o *runOptions) outcome(ctx context.Context, e flow.Execution, total int, hint string) error {
	if e.Status == flow.RunSuccess {
		if o.strict && o.warnings > 0 {
			return cmdutil.Negative(fmt.Sprintf("the run has %s, which --strict takes for a failure", output.Plural(o.warnings, "warning")))
		}
		return nil
	}
	done, skipped := 0, 0
	var cutOff []string // the nodes that were running when the run ended
	nodes := flow.ParseRunMeta(e.Meta).Nodes
	for _, n := range nodes {
		switch n.Status {
		case flow.NodeSuccess:
			done++
		case flow.NodeSkipped:
			skipped++
		case flow.NodeAborted:
			cutOff = append(cutOff, n.ID)
		}
	}
	if len(nodes) > 0 {
		total = len(nodes)
	} else { // the run was cut off
		done = len(rawjson.Members(e.NodeResults))
	}
	how := "the run failed"
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; %d of %s done", done, output.Plural(total, "node"))
	case e.Status == flow.RunAborted:
		how = "the run was ended on the server"
	}
	text := fmt.Sprintf("%s; %d of %s done", how, done, output.Plural(total, "node"))
	if skipped > 0 {
		text += fmt.Sprintf(", %d skipped", skipped)
	}
	if len(cutOff) > 0 {
		text += ", cut off: " + runner.QuotedList(cutOff)
	}
	for _, failure := range failuresOf(e, cutOff) {
		text += "\n  " + failure
	}
	if hint != "" {
		text += "\n" + hint
	}
	return cmdutil.Negative(text)
}

// failuresOf lists the failures of a run: what ended the run first, and nothing of the
// nodes that were only cut off then.
func failuresOf(e flow.Execution, cutOff []string) []string {
	var list []string
	for _, m := range rawjson.Members(e.Errors) {
		text := rawjson.Plain(m.Value)
		switch {
		case m.Key == flow.GlobalNode:
			list = slices.Insert(list, 0, text)
		case !slices.Contains(cutOff, m.Key):
			list = append(list, fmt.Sprintf("node %s: %s", output.Quoted(m.Key), text))
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(text string) bool { // the loop around the node has it too
		return slices.ContainsFunc(list, func(other string) bool { return other != text && strings.HasSuffix(other, text) })
	})
}
