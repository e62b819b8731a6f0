package lint

import (
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The codes of the rules on nodes and edges, beside those of flow and engine.
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
			Summary: "Two edges join the same handle of a node with the same other node, so that this gets the same input twice.",
			Details: "A prompt with {{input}} then holds the text twice, and a merge merges it with itself. --fix takes the later edge out.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"f","source":"a","target":"b"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`,
		},
		{
			Code: CodeEdgeWithoutHandle, Severity: flow.SeverityWarning, Proof: "070-loop-no-handles",
			Summary: "An edge leaves a conditional or a loop by no handle, so that it belongs to no branch and to no round.",
			Details: "What depends on it runs whichever branch is chosen, or once after the last round. Say so with a handle: true or false, each or done.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"l","type":"loop","data":{"loopType":"count"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"l"},{"id":"f","source":"l","target":"o"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"l","type":"loop","data":{"loopType":"count"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"l"},{"id":"f","source":"l","target":"o","sourceHandle":"done"}]}`,
		},
		{
			Code: CodeUnreachableNode, Severity: flow.SeverityWarning,
			Summary: "A node needs an input, and no edge brings one to it.",
			Details: "The node fails or has nothing to show. Nodes that can start by themselves, such as a model whose prompt does not ask for its input, are not meant.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"o","type":"output","data":{}},{"id":"p","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"o"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"o","type":"output","data":{}},{"id":"p","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"o"},{"id":"f","source":"a","target":"p"}]}`,
		},
		{
			Code: CodeUnusedInput, Severity: flow.SeverityWarning,
			Summary: "An input leads nowhere and no text names it, so that what is entered there changes nothing.",
			Details: "Connect it, name it in a text as {{id.output}}, or take it out.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"input","data":{}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"o"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"o"}]}`,
		},
		{
			Code: CodeNoOutput, Severity: flow.SeverityWarning,
			Summary: "The flow has no output node, so that nothing says what a run is to show.",
			Details: "'flowctl run' shows what came of the nodes that nothing follows; the editor does not run such a flow at all. Connect an output node to what matters.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"t","type":"transform","data":{"operation":"trim"}}],"edges":[{"id":"e","source":"a","target":"t"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"t","type":"transform","data":{"operation":"trim"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"t"},{"id":"f","source":"t","target":"o"}]}`,
		},
		{
			Code: engine.CodeLoopBody, Severity: flow.SeverityError,
			Summary: "A loop has no body of its own: its handles each and done lead to the same node, or two loops share one.",
			Details: "The standard engine refuses such a flow, since it cannot tell how often the node runs. Join rounds after done, and put an inner loop into the body of the outer one.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"l","type":"loop","data":{"loopType":"count"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"l"},{"id":"f","source":"l","target":"o","sourceHandle":"each"},{"id":"g","source":"l","target":"o","sourceHandle":"done"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"l","type":"loop","data":{"loopType":"count"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"l"},{"id":"f","source":"l","target":"o","sourceHandle":"done"}]}`,
		},
		{
			Code: engine.CodeReferenceCycle, Severity: flow.SeverityError,
			Summary: "Nodes wait for each other through the references in their texts.",
			Details: "A text that names another node's output waits for that node, as it does with an edge. Take one of the references out.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":"{{b.output}}"}},{"id":"b","type":"model","data":{"prompt":"{{a.output}}"}}],"edges":[]}`,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":"Hello"}},{"id":"b","type":"model","data":{"prompt":"{{a.output}}"}}],"edges":[{"id":"e","source":"a","target":"b"}]}`,
		},
	}
}
