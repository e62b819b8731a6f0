package engine

import (
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// NewGraph compiles the flow without running it. problems are all that [flow.Validate]
// finds in it, and refused are those for which standard semantics refuse it.
func NewGraph(spec flow.Spec, problems []flow.Problem) (g *Graph, refused []flow.Problem) {
	g = newGraph(spec, standard{})
	_, refused = check(problems, g)
	return g, refused
}

// Unsent lists the settings of a model that are not sent, since useAdvancedSettings is off.
func (n *Node) Unsent() []string {
	if n.Kind != flow.Model || js.Truthy(n.Field("useAdvancedSettings")) {
		return nil
	}
	var keys []string
	for _, key := range []string{"temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"} {
		if _, set := n.Field(key).(js.Number); set {
			keys = append(keys, key)
		}
	}
	return keys
}

// BadPattern compiles the node's regular expression, if it is there already, and returns
// where in its data one that does not compile is, and why.
func (n *Node) BadPattern() (field string, err error) {
	pattern := ""
	switch {
	case n.Kind == flow.Transform && n.Option("operation") == "replace" && js.Truthy(n.Config("pattern")):
		field, pattern = "/config/pattern", js.ToString(n.Config("pattern"))
	case n.Kind == flow.Conditional && n.Option("operator") == "regex" && !HasPlaceholder(n.Text("compareValue")):
		field, pattern = "/compareValue", n.Text("compareValue")
	default:
		return "", nil
	}
	_, err = js.Compile(pattern, "")
	return field, err
}

// HasPlaceholder reports whether a text has a placeholder in it.
func HasPlaceholder(text string) bool {
	for range Placeholders(text) {
		return true
	}
	return false
}

// DeclaresFiles reports whether an input node names files of the server.
func DeclaresFiles(n *Node) bool {
	_, list := n.Field("fileIds").(js.Array)
	return list || js.Truthy(n.Field("mediaFileId"))
}
