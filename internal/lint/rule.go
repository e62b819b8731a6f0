package lint

import (
	_ "embed"
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Info is the severity of what is worth knowing and cannot be changed in the flow:
// mostly that the browser has semantics of its own.
const Info flow.Severity = "info"

// Rule is a kind of problem.
type Rule struct {
	Code     string        // stable, kebab-case
	Severity flow.Severity // of most of its problems; each has its own
	Summary  string        // one sentence
	Details  string        // why it matters and what to do; "" if the summary is enough
	Fixable  bool          // Fix fixes it
	Proof    string        // the recorded run that shows what the browser does, if the rule claims that
}

// Rules lists all rules: those of package flow first, then by subject.
func Rules() []Rule {
	var all []Rule
	for _, r := range flow.Rules() {
		all = append(all, Rule{Code: r.Code, Severity: r.Severity, Summary: r.Summary})
	}
	return slices.Concat(all, wiringRules(), textRules(), browserRules(), serverRules())
}

// examples has for each code a flow with the problem, and the same flow without it.
//
//go:embed examples.json
var examples []byte

// Examples returns a flow that has the problem, and the same flow without it, as JSON;
// both are "" for rules of other packages.
func (r Rule) Examples() (bad, good string) {
	var all map[string]struct{ Bad, Good json.RawMessage }
	if err := json.Unmarshal(examples, &all); err != nil {
		panic(err) // a test reads them all
	}
	e := all[r.Code]
	return string(e.Bad), string(e.Good)
}
