package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// runSummary is what is said of a run that did not succeed.
type runSummary struct {
	status               flow.RunStatus
	nodes, done, skipped int
	failures             []string
	hint                 string // what to do about them, "" for nothing
}

func (s *runSummary) count(status engine.NodeStatus) {
	s.nodes++
	switch status {
	case engine.NodeSuccess:
		s.done++
	case engine.NodeSkipped:
		s.skipped++
	}
}

func (s *runSummary) fail(node, text string) {
	if node != "global" {
		text = fmt.Sprintf("node %s: %s", quoted(node), text)
	}
	s.failures = append(s.failures, text)
}

// summaryOf sums up a run that was made here.
func summaryOf(res *engine.Result) runSummary {
	s := runSummary{status: res.Status}
	for _, n := range res.Nodes {
		s.count(n.Status)
	}
	for _, e := range res.Errors {
		node := e.Node
		if errors.As(e.Err, new(*engine.LimitError)) {
			node = "global"
		}
		s.fail(node, e.Err.Error())
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
		s.count(about.Status)
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
	for _, text := range s.failures {
		b.WriteString("\n  " + text)
	}
	if s.hint != "" {
		b.WriteString("\n" + s.hint)
	}
	return noError{b.String()}
}
