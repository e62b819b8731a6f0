package lint

import (
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The codes of the rules on what stands in a node's data.
const (
	CodeIgnoredInput         = "ignored-input"
	CodeUnresolvedReference  = "unresolved-reference"
	CodeReferenceWithoutEdge = "reference-without-edge"
	CodeBadPattern           = "bad-pattern"
	CodeUnsentSetting        = "unsent-setting"
	CodeSecret               = "secret"
)

func textRules() []Rule {
	return []Rule{
		{
			Code: CodeIgnoredInput, Severity: flow.SeverityWarning, Proof: "013-model-prompt-without-placeholder-ignores-input",
			Summary: "A prompt or query has neither {{input}} nor the name of the connected node, so the input is not used.",
			Details: "Put {{input}} or {{id.output}} where the text belongs. Edges from conditionals are not reported: they decide whether the node runs.",
		},
		{
			Code: CodeUnresolvedReference, Severity: flow.SeverityError, Proof: "114-interpolation-string-path-left-alone",
			Summary: "A text refers to a node that does not exist; a warning if something in braces only looks like a reference.",
			Details: "With an unknown node, as in {{b.output}}, standard semantics fail the node, and the browser sends the placeholder. {{a}}, {{a.result}}, {{inptu}} and the like stay as they are in both. References are {{input}}, {{id.output}}, and both with a path of letters, digits and _: {{a.output.title}}. Other template languages, such as {{#if}} or {{ x | upper }}, are not reported, nor are other placeholders in the same text that name neither a node nor the input.",
		},
		{
			Code: engine.CodeAmbiguousReference, Severity: flow.SeverityError, Proof: "022-model-prefix-lookup",
			Summary: "A reference by the beginning of an id fits several nodes.",
			Details: "Standard semantics refuse such a flow; the browser uses the first that has a result. Write the whole id.",
		},
		{
			Code: CodeReferenceWithoutEdge, Severity: flow.SeverityWarning, Proof: "021-model-ref-not-connected-order",
			Summary: "A text refers to a node that is not connected to this one.",
			Details: "Standard semantics wait for that node without an edge. The browser does not: it fills in the reference only if that node has run before, which depends on the order in the file.",
		},
		{
			Code: CodeBadPattern, Severity: flow.SeverityError, Proof: "042-transform-replace-bad-regex",
			Summary: "A regular expression does not compile, so the node always fails.",
			Details: "Regular expressions are those of ECMAScript, without flags.",
		},
		{
			Code: CodeUnsentSetting, Severity: flow.SeverityWarning, Fixable: true, Proof: "025-model-advanced-settings",
			Summary: "A model node has settings that are never sent, since useAdvancedSettings is off.",
			Details: "The model runs with its own defaults. Turn on useAdvancedSettings, or remove the settings with --fix.",
		},
		{
			Code: CodeSecret, Severity: flow.SeverityError,
			Summary: "A text looks like a secret, such as an API key or a private key.",
			Details: "Everybody who can read the file has it. Remove it, and revoke it, since it stays in git's history. All texts of the file are checked, with ids and keys of fields, for some of the rules of gitleaks, the keys of Open WebUI and of `flowctl server`, bearer tokens, and passwords in URLs. The secret itself is never printed.",
		},
	}
}
