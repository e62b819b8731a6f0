package lint

import (
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

func browserRules() []Rule {
	return []Rule{
		{
			Code: browser.CodeFirstInputOnly, Severity: flow.SeverityWarning, Fixable: true,
			Summary: "Several nodes are connected, and the browser uses only the first one's text for {{ input }}.",
			Details: "In a prompt, {{input}} without spaces is all of them, as both are with standard semantics; --fix removes the spaces. For other nodes, merge the inputs first.",
		},
		{
			Code: browser.CodeBrowserReference, Severity: flow.SeverityWarning, Proof: "115-interpolation-node-called-input-output-key",
			Summary: "The browser does not fill in a reference here, or inserts something else.",
			Details: "Paths such as {{input.title}} work in prompts and searches only; in templates only {{input}} works, and compareValue is used literally. An arrayPath may be {{input}}, without spaces, or {{id.output}}, with or without a path; with any other reference the loop fails. In a prompt {{input.output}} is that key of the first input, if it exists, else the output of a node input_1.",
		},
		{
			Code: browser.CodeBrowserSetting, Severity: flow.SeverityWarning, Proof: "025-model-advanced-settings",
			Summary: "The browser never sends top_p, frequency_penalty and presence_penalty.",
			Details: "With standard semantics they are sent, so the model's answers differ.",
		},
		{
			Code: browser.CodeTextAsFile, Severity: flow.SeverityWarning,
			Summary: "The browser treats the value of an input as a file, since it looks like the id of a file.",
			Details: "8 to 64 hexadecimal digits, a UUID, or the path of a file's content are files in a model's input. Add a word to the text.",
		},
		{
			Code: browser.CodeArrayCut, Severity: flow.SeverityWarning,
			Summary: "The browser uses only the first 5 elements of an array, since maxIterations is not set.",
			Details: "Standard semantics use all of them. Set maxIterations to get the same number in both. An array in arrayPath with at most 5 elements is not reported.",
		},
		{
			Code: browser.CodeNoData, Severity: flow.SeverityWarning, Fixable: true, Proof: "096-missing-data-object",
			Summary: "The browser fails on a node that has no data.",
			Details: "With standard semantics it is a node without settings, which is \"data\": {} in both; --fix adds that.",
		},
		{
			Code: browser.CodeEachOfNoLoop, Severity: flow.SeverityWarning, Proof: "108-each-handle-from-non-loop-never-runs",
			Summary: "An edge starts at the handle each of a node that is not a loop, and the browser never runs the node at its end.",
			Details: "The browser expects a loop to run the node, and runs the nodes that depend on it without its result. With standard semantics the edge is an ordinary one. Remove the handle, or let the edge start at the loop.",
		},
		{
			Code: browser.CodeBothBranches, Severity: Info, Proof: "051-conditional-both-branches-run",
			Summary: "The browser runs both branches of a conditional, with {condition, result, branch} as their input.",
			Details: "Standard semantics run the chosen one, with the conditional's input. Nothing in the flow can change that.",
		},
		{
			Code: browser.CodeUntilNeverStops, Severity: Info, Proof: "065-loop-until",
			Summary: "In the browser a loop of type until never stops before maxIterations.",
			Details: "With standard semantics it stops after the round whose output contains breakCondition.",
		},
		{
			Code: browser.CodeRunsOnceMore, Severity: Info, Proof: "067-loop-each-downstream-chain",
			Summary: "The browser runs the nodes of a loop's body once more after the last round.",
			Details: "They get the last round's data again, and lose their iterationResults. With standard semantics they run once per round.",
		},
	}
}
