package lint

import (
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// The codes of the rules on what a server has.
const (
	CodeUnknownModel         = "unknown-model"
	CodeUnknownKnowledgeBase = "unknown-knowledge-base"
)

func serverRules() []Rule {
	return []Rule{
		{
			Code: CodeUnknownModel, Severity: flow.SeverityError,
			Summary: "The server has no model of this id, or none that you may use; looked for with --online only.",
			Details: "Ids differ from server to server. See the list of models in the editor, or map them with an environment file.",
			Bad:     `{"name":"n","nodes":[{"id":"m","type":"model","data":{"modelId":"gpt-4","prompt":"Hello"}}],"edges":[]}`,
			Good:    `{"name":"n","nodes":[{"id":"m","type":"model","data":{"modelId":"gpt-4o","prompt":"Hello"}}],"edges":[]}`,
		},
		{
			Code: CodeUnknownKnowledgeBase, Severity: flow.SeverityError,
			Summary: "The server has no knowledge base of this id, or none that you may use; looked for with --online only.",
			Bad:     `{"name":"n","nodes":[{"id":"k","type":"knowledge","data":{"knowledgeBaseId":"manual","query":"Hello"}}],"edges":[]}`,
			Good:    `{"name":"n","nodes":[{"id":"k","type":"knowledge","data":{"knowledgeBaseId":"handbook","query":"Hello"}}],"edges":[]}`,
		},
	}
}

// Server is what flows name of a server, by id.
type Server struct{ Models, KnowledgeBases []string }

// Check finds what the flow names and the server does not have.
func (s Server) Check(spec flow.Spec) []flow.Problem {
	var found []flow.Problem
	for i, n := range spec.Nodes {
		key, code, what, known := "", "", "", []string(nil)
		switch n.Type {
		case flow.Model:
			key, code, what, known = "modelId", CodeUnknownModel, "model", s.Models
		case flow.Knowledge:
			key, code, what, known = "knowledgeBaseId", CodeUnknownKnowledgeBase, "knowledge base", s.KnowledgeBases
		default:
			continue
		}
		id := n.Text(key)
		if id == "" || slices.Contains(known, id) {
			continue
		}
		found = append(found, flow.Problem{
			Code: code, Severity: flow.SeverityError, Node: n.ID, Pointer: fmt.Sprintf("/nodes/%d/data/%s", i, key),
			Message: fmt.Sprintf("the server has no %s %.80q%s", what, id, DidYouMean(id, known)),
		})
	}
	return found
}
