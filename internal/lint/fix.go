package lint

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Fix fixes what is mechanical, by the rules that enabled allows, and returns the
// new flow and how many problems that were. spec itself is not changed.
func Fix(spec flow.Spec, enabled func(code string) bool) (flow.Spec, int) {
	fixed := 0
	if enabled(CodeDuplicateEdge) {
		seen := make(map[ends]bool, len(spec.Edges))
		edges := slices.DeleteFunc(slices.Clone(spec.Edges), func(e flow.Edge) bool {
			double := e.Source != "" && e.Target != "" && seen[endsOf(e)]
			seen[endsOf(e)] = true
			return double
		})
		fixed += len(spec.Edges) - len(edges)
		spec.Edges = edges
	}
	problems := flow.Validate(spec)
	if flow.HasErrors(problems) { // it may not be clear which node is meant
		return spec, fixed
	}
	seen := engine.Inspect(spec, problems)
	nodes := slices.Clone(spec.Nodes)
	for _, n := range seen.Nodes {
		if len(n.Unsent) > 0 && enabled(CodeUnsentSetting) {
			fixed++
			nodes[n.Index].Data = without(nodes[n.Index].Data, n.Unsent)
		}
	}
	for _, d := range browser.Differences(seen, true) {
		if d.Kind == browser.KindNoData && enabled(CodeNoData) {
			fixed++
			nodes[seen.Nodes[indexOf(seen, d.Node)].Index].Data = json.RawMessage("{}")
		}
		if d.Kind == browser.KindFirstInput && enabled(CodeFirstInputOnly) && respell(seen, d.Node, nodes) {
			fixed++
		}
	}
	spec.Nodes = nodes
	return spec, fixed
}

// indexOf is the place of a node in seen.Nodes.
func indexOf(seen *engine.Inspection, id string) int {
	return slices.IndexFunc(seen.Nodes, func(n engine.Inspected) bool { return n.ID == id })
}

func without(raw json.RawMessage, keys []string) json.RawMessage {
	data, err := rawjson.ParseObject(raw)
	if err != nil {
		return raw
	}
	data = slices.DeleteFunc(data, func(m rawjson.Member) bool { return slices.Contains(keys, m.Key) })
	return data.AppendJSON(nil)
}

// respell spells the {{ input }} of a model's prompt without spaces.
func respell(seen *engine.Inspection, id string, nodes []flow.Node) bool {
	n := seen.Nodes[indexOf(seen, id)]
	if nodes[n.Index].Type != flow.Model {
		return false
	}
	data, err := rawjson.ParseObject(nodes[n.Index].Data)
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
	data.Set("prompt", rawjson.AppendString(nil, prompt))
	nodes[n.Index].Data = data.AppendJSON(nil)
	return true
}
