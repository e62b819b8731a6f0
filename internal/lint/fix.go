package lint

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// settings are the fields of a model's data that are sent only with
// useAdvancedSettings.
func settings() []string {
	return []string{"temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"}
}

// unsent lists the settings of a node that are never sent.
func unsent(n flow.Node) []string {
	if n.Type != flow.Model {
		return nil
	}
	data, err := flow.ParseObject(n.Data)
	if err != nil {
		return nil
	}
	if on, ok := data.Get("useAdvancedSettings"); ok && string(on) != "false" && string(on) != "null" {
		return nil
	}
	var keys []string
	for _, key := range settings() {
		if v, ok := data.Get(key); ok && string(v) != "null" {
			keys = append(keys, key)
		}
	}
	return keys
}

// Fix mends what is mechanical, by the rules that enabled allows, and tells how
// many problems that were. The given flow is left as it is.
func Fix(spec flow.Spec, enabled func(code string) bool) (flow.Spec, int) {
	mended := 0
	if enabled(CodeDuplicateEdge) {
		seen := make(map[ends]bool, len(spec.Edges))
		edges := slices.DeleteFunc(slices.Clone(spec.Edges), func(e flow.Edge) bool {
			double := e.Source != "" && e.Target != "" && seen[endsOf(e)]
			seen[endsOf(e)] = true
			return double
		})
		mended += len(spec.Edges) - len(edges)
		spec.Edges = edges
	}
	nodes := slices.Clone(spec.Nodes)
	if enabled(CodeUnsentSetting) {
		for i := range nodes {
			if keys := unsent(nodes[i]); len(keys) > 0 {
				mended++
				nodes[i].Data = without(nodes[i].Data, keys)
			}
		}
	}
	if problems := flow.Validate(spec); enabled(CodeFirstInputOnly) && !flow.HasErrors(problems) { // it may not be clear then which node is meant
		seen := engine.Inspect(spec, problems)
		for _, d := range seen.Differences {
			if d.Kind == engine.KindFirstInput && respell(seen, d.Node, nodes) {
				mended++
			}
		}
	}
	spec.Nodes = nodes
	return spec, mended
}

func without(raw json.RawMessage, keys []string) json.RawMessage {
	data, err := flow.ParseObject(raw)
	if err != nil {
		return raw
	}
	data = slices.DeleteFunc(data, func(m flow.Member) bool { return slices.Contains(keys, m.Key) })
	return data.AppendJSON(nil)
}

// respell spells the {{ input }} of a model's prompt without spaces.
func respell(seen *engine.Inspection, id string, nodes []flow.Node) bool {
	i := slices.IndexFunc(seen.Nodes, func(n engine.Inspected) bool { return n.ID == id })
	n := seen.Nodes[i]
	if nodes[n.Index].Type != flow.Model {
		return false
	}
	data, err := flow.ParseObject(nodes[n.Index].Data)
	if err != nil {
		return false
	}
	prompt := nodes[n.Index].Text("prompt")
	if strings.ContainsRune(prompt, utf8.RuneError) {
		return false // half a surrogate pair would be lost
	}
	for _, ref := range slices.Backward(n.References) {
		if ref.Input && ref.Body == "input" && ref.End <= len(prompt) {
			prompt = prompt[:ref.Start] + "{{input}}" + prompt[ref.End:]
		}
	}
	data.Set("prompt", flow.AppendString(nil, prompt))
	nodes[n.Index].Data = data.AppendJSON(nil)
	return true
}
