package run

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/provider"
	"github.com/flowctl/flowctl/pkg/flow"
)

// unserved returns the nodes that lack a service.
func unserved(problems []flow.Problem) []string {
	var nodes []string
	for _, p := range problems {
		if p.Code == engine.CodeNoService {
			nodes = append(nodes, p.Node)
		}
	}
	return nodes
}

// servicesHint returns what to type to have the services that nodes lack.
func servicesHint(spec flow.Spec, nodes []string) string {
	var model, other bool
	for _, id := range nodes {
		if n := spec.Node(id); n != nil {
			model = model || n.Type == flow.Model
			other = other || n.Type != flow.Model
		}
	}
	var hints []string
	if model {
		hints = append(hints, "for models give --model-url (Ollama: http://localhost:11434; without a network: echo:), or sign in to a server that has them: flowctl login")
	}
	if other {
		hints = append(hints, "knowledge bases, web search and files are in Open WebUI: sign in to one (flowctl login), and name it with --server or --profile")
	}
	return strings.Join(hints, "\n")
}

// whyLacking returns what to do about services that the server does not offer to runs
// here, as 'flowctl server' offers none.
func (o *runOptions) whyLacking(f runFlow, failures []engine.NodeFailure) string {
	var nodes []string
	for _, e := range failures {
		if provider.IsLacking(e.Err) {
			nodes = append(nodes, e.Node)
		}
	}
	hint := servicesHint(f.Spec, nodes)
	if hint == "" || o.modelAddress() != "" {
		return hint
	}
	why := o.onlyHere(f)
	if o.on == onHere {
		why = "--on here"
	}
	switch {
	case f.File != nil:
		return hint + "\na flowctl server runs the flows that it keeps, if it was started with --model-url or --backend-url: flowctl import " +
			output.ShellQuote(f.Name) + ", then 'flowctl run NAME'"
	case why != "":
		return hint + "\nit ran here because of " + why + "; leave that out where the server runs flows"
	}
	return hint + "\nthe server runs flows itself if it is started with --model-url or --backend-url"
}

// whyRefused explains a failure of the editor's own that nothing in its words does.
func (o *runOptions) whyRefused(failures []engine.NodeFailure) string {
	if o.semantics != browser.Name {
		return ""
	}
	for _, e := range failures {
		if strings.Contains(e.Err.Error(), "404: Something went wrong :/") {
			return "the editor fails like this for everybody but administrators: the server refuses the chat_id that it sends; --engine standard sends none"
		}
	}
	return ""
}
