// Package record reads the records of runs that flowctl, its server or Open WebUI's editor
// kept; the editor has its own form.
package record

import (
	"bytes"
	"encoding/json"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// FromEditor reports whether the editor kept the record: its outputs are its
// node_results, each a node's result and data in one (the fork's
// routes/(app)/workspace/flows/[id]/+page.svelte, handleExecute).
func FromEditor(e flow.Execution) bool {
	results, err := rawjson.ParseObject(e.NodeResults)
	return err == nil && len(results) > 0 && len(flow.ParseRunMeta(e.Meta).Nodes) == 0 && bytes.Equal(rawjson.AppendCompact(nil, e.Outputs), rawjson.AppendCompact(nil, e.NodeResults))
}

// Nodes returns what is known of what each node did. Records without a meta have only
// results and errors for that. The run itself is among the nodes as [flow.GlobalNode] if it failed.
func Nodes(e flow.Execution) []flow.NodeRun {
	nodes := flow.ParseRunMeta(e.Meta).Nodes
	failures, _ := rawjson.ParseObject(e.Errors) // null has none
	if len(nodes) == 0 {
		results, _ := rawjson.ParseObject(e.NodeResults)
		for _, m := range results {
			nodes = append(nodes, flow.NodeRun{ID: m.Key, Status: flow.NodeSuccess})
		}
		for _, m := range failures {
			nodes = append(nodes, flow.NodeRun{ID: m.Key, Status: flow.NodeError})
		}
	} else if _, ok := failures.Get(flow.GlobalNode); ok {
		nodes = append(nodes, flow.NodeRun{ID: flow.GlobalNode, Status: flow.NodeError})
	}
	for i, n := range nodes {
		if failure, ok := failures.Get(n.ID); ok {
			nodes[i].Reason = rawjson.Plain(failure)
		}
	}
	return nodes
}

// Normal returns a record of the editor's in the form that flowctl keeps: outputs
// are what the output nodes show, node_results are results alone, errors are those
// of the run and of its nodes, and meta has a status for each node. The spec is the
// flow's; without its nodes, output nodes are known by their settings. Any other
// record is returned as it is.
func Normal(e flow.Execution, spec flow.Spec) flow.Execution {
	if !FromEditor(e) {
		return e
	}
	kept, _ := rawjson.ParseObject(e.NodeResults) // or it would not be the editor's
	errs, _ := rawjson.ParseObject(e.Errors)      // null has none
	outputs, results, nodes := flow.Object{}, flow.Object{}, flow.Object{}
	for _, m := range kept {
		n := newEditorNode(m.Value, spec.Node(m.Key))
		if _, known := errs.Get(m.Key); !known && n.status == string(flow.RunError) {
			errs.Set(m.Key, n.failure())
		}
		_, failed := errs.Get(m.Key)
		result := n.result()
		if failed {
			result = nil
		}
		if result != nil {
			results.Set(m.Key, result)
		}
		if shown := shownBy(result); n.kind == flow.Output && shown != nil {
			outputs.Set(m.Key, shown)
		}
		nodes.Set(m.Key, n.about(result != nil, failed))
	}
	e.Outputs, e.NodeResults = outputs.AppendJSON(nil), results.AppendJSON(nil)
	e.Status = status(e.Status, errs)
	if len(errs) > 0 {
		e.Errors = errs.AppendJSON(nil)
	}
	meta := flow.Object{{Key: "nodes", Value: nodes.AppendJSON(nil)}}
	e.Meta = meta.AppendJSON(nil)
	return e
}

// The words of the editor's executor for a run that its user ended, which it keeps
// as an error (components/flows/execution/FlowExecutor.ts).
const (
	runStopped  = `"Flow execution aborted by user"`
	nodeStopped = `"Execution aborted"`
)

// status is how the run ended, by its errors.
func status(kept flow.RunStatus, errs flow.Object) flow.RunStatus {
	if len(errs) == 0 {
		return kept
	}
	for _, m := range errs {
		if said := string(m.Value); said == runStopped || said == nodeStopped {
			return flow.RunAborted
		}
	}
	return flow.RunError
}

// shownBy is what an output node with that result shows, as runs of flowctl have it:
// the values of a loop's rounds, a value, or a file; nil for nothing.
func shownBy(result json.RawMessage) json.RawMessage {
	members, err := rawjson.ParseObject(result)
	if err != nil {
		return nil
	}
	for _, key := range []string{"iterationResults", "value"} {
		if v, ok := members.Get(key); ok {
			return v
		}
	}
	return result
}

// Last returns the results of a run of a flow without an output node that are worth
// showing: those of the nodes that no edge leaves. It is nil for other flows.
func Last(e flow.Execution, spec flow.Spec) flow.Object {
	for _, n := range spec.Nodes {
		if n.Type == flow.Output {
			return nil
		}
	}
	results, _ := rawjson.ParseObject(e.NodeResults) // null has none
	left := map[string]bool{}                        // nodes that an edge to another leaves
	for _, e := range spec.Edges {
		left[e.Source] = left[e.Source] || spec.Node(e.Target) != nil
	}
	var last flow.Object
	for _, n := range spec.Nodes {
		if v, ok := results.Get(n.ID); ok && !left[n.ID] {
			last.Set(n.ID, v)
		}
	}
	return last
}
