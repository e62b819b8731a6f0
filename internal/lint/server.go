package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/spell"
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
			Summary: "The server has no model with this id that you may use; checked with --online only.",
			Details: "Ids differ from server to server. 'flowctl catalog models' lists them; an environment file maps them.",
		},
		{
			Code: CodeUnknownKnowledgeBase, Severity: flow.SeverityError,
			Summary: "The server has no knowledge base with this id that you may use; checked with --online only.",
		},
	}
}

// Server is what flows name of a server.
type Server struct{ Models, KnowledgeBases []Named }

// Named is a model or a knowledge base. Flows refer to it by its id; the name is for
// people.
type Named struct{ ID, Name string }

// Check finds what the flow names and the server does not have.
func (s Server) Check(spec flow.Spec) []flow.Problem {
	var found []flow.Problem
	for i, n := range spec.Nodes {
		key, code, what, name, known := "", "", "", "", []Named(nil)
		switch n.Type {
		case flow.Model:
			key, code, what, name, known = "modelId", CodeUnknownModel, "model", n.Text("modelName"), s.Models
		case flow.Knowledge:
			key, code, what, name, known = "knowledgeBaseId", CodeUnknownKnowledgeBase, "knowledge base", n.Text("knowledgeBaseName"), s.KnowledgeBases
		default:
			continue
		}
		id := n.Text(key)
		if id == "" || slices.ContainsFunc(known, func(k Named) bool { return k.ID == id }) {
			continue
		}
		found = append(found, flow.Problem{
			Code: code, Severity: flow.SeverityError, Node: secrets.RedactText(n.ID), Pointer: fmt.Sprintf("/nodes/%d/data/%s", i, key),
			Message: fmt.Sprintf("the server has no %s %.80q%s", what, secrets.RedactText(id), whichWasMeant(id, name, known)),
		})
	}
	return found
}

// whichWasMeant names what a wrong id may stand for: those whose name it is, those
// whose name is the one that the flow has next to it, or what is closest.
func whichWasMeant(id, name string, known []Named) string {
	const most = 3
	var ids, names []string
	for _, k := range known {
		ids, names = append(ids, k.ID), append(names, k.Name)
	}
	var words []string
	for _, want := range []struct{ id, name string }{
		{name: id}, {name: name}, {id: spell.Close(id, ids)}, {name: spell.Close(id, names)}, {name: spell.Close(name, names)},
	} {
		for _, k := range known {
			if want.id != "" && k.ID == want.id || want.name != "" && strings.EqualFold(k.Name, want.name) {
				word := fmt.Sprintf("%.80q", k.ID)
				if k.Name != "" && k.Name != k.ID {
					word += fmt.Sprintf(" (%.80s)", k.Name)
				}
				words = append(words, word)
			}
		}
		if len(words) > 0 {
			return "; did you mean " + strings.Join(words[:min(len(words), most)], " or ") + "?"
		}
	}
	return ""
}
