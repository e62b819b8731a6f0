package lint

import (
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The codes of the rules on nodes and edges, next to those of flow and engine.
const (
	CodeDuplicateEdge     = "duplicate-edge"
	CodeEdgeWithoutHandle = "edge-without-handle"
	CodeUnreachableNode   = "unreachable-node"
	CodeUnusedInput       = "unused-input"
	CodeNoOutput          = "no-output"
)

func wiringRules() []Rule {
	return []Rule{
		{
			Code: CodeDuplicateEdge, Severity: flow.SeverityWarning, Fixable: true,
			Summary: "Two edges join the same handle with the same node, which gets the same input twice.",
			Details: "A prompt with {{input}} then has the text twice, and a merge merges it with itself. --fix removes the second edge.",
		},
		{
			Code: CodeEdgeWithoutHandle, Severity: flow.SeverityWarning, Proof: "070-loop-no-handles",
			Summary: "An edge starts at a conditional or a loop without a handle, so it belongs to no branch and to no round.",
			Details: "Nodes that depend on it run with either branch, or once after the last round. Choose a handle: true or false, each or done.",
		},
		{
			Code: CodeUnreachableNode, Severity: flow.SeverityWarning,
			Summary: "A node needs an input and is not connected to one.",
			Details: "The node fails or has nothing to show. Nodes that need no input, such as a model with a prompt without {{input}}, are not reported.",
		},
		{
			Code: CodeUnusedInput, Severity: flow.SeverityWarning,
			Summary: "An input is not connected and no text refers to it, so its value has no effect.",
			Details: "Connect it, use it in a text as {{id.output}}, or remove it.",
		},
		{
			Code: CodeNoOutput, Severity: flow.SeverityWarning,
			Summary: "The flow has no output node, which would be the result of a run.",
			Details: "'flowctl run' shows the results of the last nodes; the editor does not run such a flow at all. Connect an output node to the result.",
		},
		{
			Code: engine.CodeLoopBody, Severity: flow.SeverityError,
			Summary: "A loop has no body of its own: its handles each and done lead to the same node, or two loops share one.",
			Details: "Standard semantics refuse such a flow, since it is unclear how often the node runs. Join rounds after done, and put an inner loop into the body of the outer one.",
		},
		{
			Code: engine.CodeReferenceCycle, Severity: flow.SeverityError,
			Summary: "Nodes wait for each other through the references in their texts.",
			Details: "A reference is waited for like an edge. Remove one of the references.",
		},
	}
}
