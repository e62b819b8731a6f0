package files

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Rules lists the rules on files and those on flows.
func Rules() []lint.Rule {
	return append([]lint.Rule{
		{Code: CodeUnreadable, Severity: flow.SeverityError, Summary: "A file cannot be found, opened or read to its end."},
		{Code: codeInvalid, Severity: flow.SeverityError, Summary: "A file is not JSON, or not a flow file of a version that this flowctl knows."},
		{Code: codeOdd, Severity: flow.SeverityWarning, Summary: "A file can be read, but has something unknown in it."},
		{
			Code: codeTwin, Severity: flow.SeverityError,
			Summary: "Two flow files have the same id, so plan and apply cannot know which of them is that flow.",
			Details: "Delete one of them or, in a copy that should be another flow, the id. Files with several flows are not compared, since they are not applied, nor are files in folders that are applied separately: those that you name, or that have their own flowctl.lock.",
		},
		{
			Code: codeTemplate, Severity: flow.SeverityError,
			Summary: "A template is not valid: a parameter, a default, or a placeholder {{param.NAME}} of no parameter.",
			Details: "A file with \"template\" next to \"flow\" is a template for 'flowctl new' and is checked with the defaults in place of the placeholders. Import, plan and apply refuse it: keep templates outside of the folder of flows.",
		},
	}, lint.Rules()...)
}

// RuleCodes lists the codes of all rules.
func RuleCodes() []string {
	var codes []string
	for _, r := range Rules() {
		codes = append(codes, r.Code)
	}
	return codes
}

// CheckCode returns an error if no rule has the code.
func CheckCode(code string) error {
	codes := RuleCodes()
	if slices.Contains(codes, code) {
		return nil
	}
	return fmt.Errorf("there is no rule %q%s; 'flowctl help rules' lists them", code, spell.DidYouMean(code, codes))
}

// Explain returns what 'flowctl help rules CODE' and docs/rules.md have of a rule.
func Explain(r lint.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n%s\n", r.Code, r.Severity, r.Summary)
	if r.Details != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Details)
	}
	if r.Fixable {
		b.WriteString("\nflowctl validate --fix fixes it.\n")
	}
	if bad, good := r.Examples(); bad != "" {
		fmt.Fprintf(&b, "\nWrong:\n\n%s\n\nRight:\n\n%s\n", indented(bad), indented(good))
	}
	return b.String()
}

// indented lays an example out, a node or an edge a line.
func indented(text string) string {
	if len(text) > 500 {
		return "    " + text[:60] + "… (and so on)"
	}
	var whole struct {
		Nodes, Edges []json.RawMessage
	}
	if json.Unmarshal([]byte(text), &whole) != nil {
		return "    " + text
	}
	var b bytes.Buffer
	for _, list := range [][]json.RawMessage{whole.Nodes, whole.Edges} {
		for _, item := range list {
			fmt.Fprintf(&b, "    %s\n", item)
		}
	}
	if b.Len() == 0 || strings.Contains(text, "access_control") || !strings.Contains(text, `"name":"n"`) {
		return "    " + text
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// checkDisabled refuses codes of rules that do not exist.
func checkDisabled(c *repo.Config) error {
	for _, code := range c.Validate.Disable {
		if err := CheckCode(code); err != nil {
			return &repo.ConfigError{Path: c.Path(), Err: err}
		}
	}
	return nil
}
