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
			Bad:     `{"name":"n","nodes":[{"id":"m","type":"model","data":{"modelId":"gpt-4","prompt":"Hello"}}],"edges":[]}`,
			Good:    `{"name":"n","nodes":[{"id":"m","type":"model","data":{"modelId":"gpt-4o","prompt":"Hello"}}],"edges":[]}`,
		},
		{
			Code: CodeUnknownKnowledgeBase, Severity: flow.SeverityError,
			Summary: "The server has no knowledge base with this id that you may use; checked with --online only.",
			Bad:     `{"name":"n","nodes":[{"id":"k","type":"knowledge","data":{"knowledgeBaseId":"manual","query":"Hello"}}],"edges":[]}`,
			Good:    `{"name":"n","nodes":[{"id":"k","type":"knowledge","data":{"knowledgeBaseId":"handbook","query":"Hello"}}],"edges":[]}`,
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
	meant := named(id, known)
	if len(meant) == 0 {
		meant = named(name, known)
	}
	if len(meant) == 0 {
		meant = closest(id, name, known)
	}
	if len(meant) == 0 {
		return ""
	}
	var words []string
	for _, k := range meant[:min(len(meant), most)] {
		word := fmt.Sprintf("%.80q", k.ID)
		if k.Name != "" && k.Name != k.ID {
			word += fmt.Sprintf(" (%.80s)", k.Name)
		}
		words = append(words, word)
	}
	return "; did you mean " + strings.Join(words, " or ") + "?"
}

func named(name string, known []Named) []Named {
	var found []Named
	for _, k := range known {
		if name != "" && strings.EqualFold(k.Name, name) {
			found = append(found, k)
		}
	}
	return found
}

// closest returns what has the id, or else the name, that is closest.
func closest(id, name string, known []Named) []Named {
	var ids, names []string
	for _, k := range known {
		ids, names = append(ids, k.ID), append(names, k.Name)
	}
	if near := spell.Close(id, ids); near != "" {
		return known[slices.Index(ids, near):][:1]
	}
	for _, wrong := range []string{id, name} {
		if near := spell.Close(wrong, names); near != "" {
			return named(near, known)
		}
	}
	return nil
}
