package lint

import (
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Info is the severity of what is worth knowing and cannot be mended in the flow:
// mostly that the browser reads it in a way of its own.
const Info flow.Severity = "info"

// Rule is a kind of problem.
type Rule struct {
	Code     string        // stable, kebab-case
	Severity flow.Severity // of most of its problems; each says its own
	Summary  string        // one sentence
	Details  string        // why it matters and what to do; "" if the summary says it all
	Bad      string        // a flow that has the problem, as JSON
	Good     string        // the same without it
	Fixable  bool          // Fix mends it
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
		flow.CodeWrongType:        {`{"name":"n","nodes":[{"id":"a","type":"model","data":{"prompt":5}}],"edges":[]}`, good},
		flow.CodeEmptyName:        {`{"name":" ","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, good},
		flow.CodeBadText:          {`{"name":"a\u0000","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, good},
		flow.CodeTooLarge:         {`{"name":"` + strings.Repeat("n", flow.MaxName+1) + `","nodes":[{"id":"a","type":"input","data":{}}],"edges":[]}`, good},
		flow.CodeBadAccessControl: {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}}],"edges":[],"access_control":true}`, good},
		flow.CodeEmptyNodeID:      {`{"name":"n","nodes":[{"type":"input","data":{}}],"edges":[]}`, good},
		flow.CodeDuplicateNodeID:  {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"a","type":"output","data":{}}],"edges":[]}`, good},
		flow.CodeUnknownNodeType:  {`{"name":"n","nodes":[{"id":"a","type":"llm","data":{}}],"edges":[]}`, good},
		flow.CodeEmptyEdgeID:      {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"source":"a","target":"b"}]}`, good},
		flow.CodeDuplicateEdgeID:  {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}},{"id":"b","type":"output","data":{}},{"id":"c","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"e","source":"a","target":"c"}]}`, good},
		flow.CodeDanglingEdge:     {`{"name":"n","nodes":[{"id":"a","type":"input","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`, good},
		flow.CodeSelfLoop:         {`{"name":"n","nodes":[{"id":"a","type":"merge","data":{}}],"edges":[{"id":"e","source":"a","target":"a"}]}`, good},
		flow.CodeUnknownHandle:    {`{"name":"n","nodes":[{"id":"a","type":"conditional","data":{}},{"id":"b","type":"output","data":{}}],"edges":[{"id":"e","source":"a","target":"b","sourceHandle":"yes"}]}`, good},
		flow.CodeCycle:            {`{"name":"n","nodes":[{"id":"a","type":"merge","data":{}},{"id":"b","type":"merge","data":{}}],"edges":[{"id":"e","source":"a","target":"b"},{"id":"f","source":"b","target":"a"}]}`, good},
		flow.CodeNothingToRun:     {`{"name":"n","nodes":[],"edges":[]}`, good},
	}
}
