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
	const joined = `],"edges":[{"id":"e","source":"a","target":"m"}]}`
	return []Rule{
		{
			Code: CodeIgnoredInput, Severity: flow.SeverityWarning, Proof: "013-model-prompt-without-placeholder-ignores-input",
			Summary: "A prompt or query has no {{input}} and does not name the node that is connected, so that what comes from there goes unheard.",
			Details: "Put {{input}} or {{id.output}} where the text belongs. An edge from a conditional is not meant: it decides whether the node runs.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"Summarise the text."}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"Summarise the text: {{input}}"}}` + joined,
		},
		{
			Code: CodeUnresolvedReference, Severity: flow.SeverityError, Proof: "114-interpolation-string-path-left-alone",
			Summary: "A text names the output of a node that is not there; a warning where something in braces looks like a reference and is none.",
			Details: "With an unknown node, as in {{b.output}}, the standard engine lets the node fail, and the browser sends the placeholder as it is. {{a}}, {{a.result}}, {{inptu}} and the like stay as they are in both. References are {{input}}, {{id.output}}, and either with a path of letters, digits and _: {{a.output.title}}. What is plainly of another template language, such as {{#if}} or {{ x | upper }}, is not meant, nor what stands beside that and names neither a node nor the input.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{input}} {{b.output}}"}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{input}} {{a.output}}"}}` + joined,
		},
		{
			Code: engine.CodeAmbiguousReference, Severity: flow.SeverityError, Proof: "022-model-prefix-lookup",
			Summary: "A text names several nodes at once by the beginning of their ids.",
			Details: "The standard engine refuses such a flow; the browser takes whichever has a result first. Write the whole id.",
			Bad:     `{"name":"n","nodes":[{"id":"a_1","type":"input","data":{}},{"id":"a_2","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{a.output}}"}}],"edges":[{"id":"e","source":"a_1","target":"m"},{"id":"f","source":"a_2","target":"m"}]}`,
			Good:    `{"name":"n","nodes":[{"id":"a_1","type":"input","data":{}},{"id":"a_2","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{a_1.output}} {{a_2.output}}"}}],"edges":[{"id":"e","source":"a_1","target":"m"},{"id":"f","source":"a_2","target":"m"}]}`,
		},
		{
			Code: CodeReferenceWithoutEdge, Severity: flow.SeverityWarning, Proof: "021-model-ref-not-connected-order",
			Summary: "A text names the output of a node from which no edge leads here.",
			Details: "The standard engine waits for that node all the same. The browser does not: it fills the reference in only if it happens to have run that node before, which depends on the order in the file.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{input}} {{b.output}}"}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{a.output}} {{b.output}}"}}],"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"b","target":"m"}]}`,
		},
		{
			Code: CodeBadPattern, Severity: flow.SeverityError, Proof: "042-transform-replace-bad-regex",
			Summary: "A regular expression does not compile, so that the node always fails.",
			Details: "Regular expressions are those of ECMAScript, without flags.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"transform","data":{"operation":"replace","config":{"pattern":"(","replacement":""}}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"transform","data":{"operation":"replace","config":{"pattern":"\\(","replacement":""}}}` + joined,
		},
		{
			Code: CodeUnsentSetting, Severity: flow.SeverityWarning, Fixable: true, Proof: "025-model-advanced-settings",
			Summary: "A model node has settings that are never sent, since useAdvancedSettings is off.",
			Details: "The model runs with its own defaults. Turn useAdvancedSettings on, or let --fix take the settings out.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{input}}","temperature":0.2}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"{{input}}","temperature":0.2,"useAdvancedSettings":true}}` + joined,
		},
		{
			Code: CodeSecret, Severity: flow.SeverityError,
			Summary: "A text has the form of a secret, such as an API key or a private key.",
			Details: "Whoever can read the file has it. Take it out, and have it revoked: it stays in git's history. Looked at are all texts of the file, ids and the keys of fields included. The forms are a part of the rules of gitleaks, the keys of Open WebUI and of `flowctl server`, bearer tokens, and passwords in URLs; the secret itself is never printed.",
			Bad:     `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"` + "AKIA" + `Q3EGRZ2XLWPN5K7V"}},{"id":"m","type":"model","data":{"prompt":"{{input}}"}}` + joined,
			Good:    `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"a key"}},{"id":"m","type":"model","data":{"prompt":"{{input}}"}}` + joined,
		},
	}
}
