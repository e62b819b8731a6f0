package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
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

func (s *runSummary) count(node string, status engine.NodeStatus) {
	s.nodes++
	switch status {
	case engine.NodeSuccess:
		s.done++
	case engine.NodeSkipped:
		s.skipped++
	case engine.NodeAborted:
		s.cutOff = append(s.cutOff, node)
	}
}

// fail adds a failure: what ended the run first, and nothing of the nodes that
// were only cut off then.
func (s *runSummary) fail(node, text string) {
	switch {
	case node == globalFailure:
		s.failures = slices.Insert(s.failures, 0, text)
	case !slices.Contains(s.cutOff, node):
		s.failures = append(s.failures, fmt.Sprintf("node %s: %s", quoted(node), text))
	}
}

// globalFailure stands for the run among the nodes that failed.
const globalFailure = "global"

// summaryOf sums up a run that was made here.
func summaryOf(res *engine.Result) runSummary {
	s := runSummary{status: res.Status}
	for _, n := range res.Nodes {
		s.count(n.ID, n.Status)
	}
	for _, e := range res.Errors {
		var limit *engine.LimitError
		switch {
		case !errors.As(e.Err, &limit):
			s.fail(e.Node, e.Err.Error())
		case !slices.Contains(s.failures, limit.Error()): // the loops around the node have it too
			s.fail(globalFailure, limit.Error())
		}
	}
	return s
}

// summaryOfRecord sums up a run that was made on the server of a flow of so many
// nodes.
func summaryOfRecord(e flow.Execution, total int) runSummary {
	s := runSummary{status: e.Status}
	var meta struct{ Nodes json.RawMessage }
	_ = json.Unmarshal(e.Meta, &meta)        // a run that was cut off has none
	nodes, _ := flow.ParseObject(meta.Nodes) // likewise
	for _, m := range nodes {
		var about struct{ Status engine.NodeStatus }
		_ = json.Unmarshal(m.Value, &about) // what is no status is none that counts
		s.count(m.Key, about.Status)
	}
	if s.nodes == 0 {
		results, _ := flow.ParseObject(e.NodeResults)
		s.nodes, s.done = total, len(results)
	}
	failures, _ := flow.ParseObject(e.Errors) // null has none
	for _, m := range failures {
		s.fail(m.Key, plainText(m.Value))
	}
	return s
}

// outcome is the error of a run that did not succeed.
func (s runSummary) outcome(ctx context.Context) error {
	switch {
	case s.status == flow.RunSuccess && s.strict && s.warnings > 0:
		return noError{fmt.Sprintf("the run has %s, which --strict takes for a failure", plural(s.warnings, "warning"))}
	case s.status == flow.RunSuccess:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; %d of %s were done", s.done, plural(s.nodes, "node"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the run failed; %d of %s were done", s.done, plural(s.nodes, "node"))
	if s.status == flow.RunAborted {
		b.Reset()
		fmt.Fprintf(&b, "the run was ended on the server; %d of %s were done", s.done, plural(s.nodes, "node"))
	}
	if s.skipped > 0 {
		fmt.Fprintf(&b, ", %d skipped", s.skipped)
	}
	if len(s.cutOff) > 0 {
		fmt.Fprintf(&b, ", cut off: %s", quotedList(s.cutOff))
	}
	for _, text := range s.failures {
		b.WriteString("\n  " + text)
	}
	if s.hint != "" {
		b.WriteString("\n" + s.hint)
	}
	return noError{b.String()}
}
