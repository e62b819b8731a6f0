package lint

import (
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
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
	Details  string        // why it matters and what to do; "" if the summary says it all
	Bad      string        // a flow that has the problem, as JSON
	Good     string        // the same flow without the problem
	Fixable  bool          // Fix fixes it
	Proof    string        // the recorded run that shows what the browser does, if the rule claims that
}

// Rules lists all rules: those of package flow first, then by subject.
func Rules() []Rule {
	var all []Rule
	for _, r := range flow.Rules() {
		e := basics()[r.Code]
		all = append(all, Rule{Code: r.Code, Severity: r.Severity, Summary: r.Summary, Bad: e.bad, Good: e.good})
	}
	return slices.Concat(all, wiringRules(), textRules(), browserRules(), serverRules())
}

type example struct{ bad, good string }

// basics are examples for the rules of package flow, by code.
func basics() map[string]example {
	const good = `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`
	return map[string]example{
		"wrong-type":         {`{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":5}}],"edges":[]}`, `{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":"5"}}],"edges":[]}`},
		"empty-name":         {`{"name":" ","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, `{"name":"Review","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`},
		"bad-text":           {`{"name":"a\u0000","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, `{"name":"Review","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`},
		"too-large":          {`{"name":"` + strings.Repeat("n", limits.Name+1) + `","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, `{"name":"Review","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`},
		"bad-access-control": {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}}],"edges":[],"access_control":true}`, `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}],"access_control":{}}`},
		"empty-node-id":      {`{"name":"n","nodes":[{"type":"input","data":{}}],"edges":[]}`, good},
		"duplicate-node-id":  {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"a","type":"output","data":{}}],"edges":[]}`, good},
		"unknown-node-type":  {`{"name":"n","nodes":[{"id":"a","type":"llm","data":{}}],"edges":[]}`, `{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":"Tell a joke."}}],"edges":[]}`},
		"empty-edge-id":      {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"source":"a","target":"b"}]}`, good},
		"duplicate-edge-id":  {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}},{"id":"c","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"e","source":"a","target":"c"}]}`, `{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}},{"id":"c","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"f","source":"a","target":"c"}]}`},
		"dangling-edge":      {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`, good},
		"self-loop":          {`{"name":"n","nodes":[{"id":"a","type":"merge","data":{}}],"edges":[{"id":"e","source":"a","target":"a"}]}`, `{"name":"n","nodes":[{"id":"i","type":"input","data":{}},{"id":"a","type":"merge","data":{}}],"edges":[{"id":"e","source":"i","target":"a"}]}`},
		"unknown-handle":     {`{"name":"n","nodes":[{"id":"a","type":"conditional","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b","sourceHandle":"yes"}]}`, `{"name":"n","nodes":[{"id":"i","type":"input","data":{}},{"id":"a","type":"conditional","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"d","source":"i","target":"a"},{"id":"e","source":"a","target":"b","sourceHandle":"true"}]}`},
		"cycle":              {`{"name":"n","nodes":[{"id":"a","type":"merge","data":{}},{"id":"b","type":"merge","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"f","source":"b","target":"a"}]}`, `{"name":"n","nodes":[{"id":"i","type":"input","data":{}},{"id":"a","type":"merge","data":{}},{"id":"b","type":"merge","data":{}}],"edges":[{"id":"e","source":"i","target":"a"},{"id":"f","source":"a","target":"b"}]}`},
		"nothing-to-run":     {`{"name":"n","nodes":[],"edges":[]}`, good},
	}
}
