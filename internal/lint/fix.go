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
	graph, refused := engine.NewGraph(spec, problems)
	nodes := slices.Clone(spec.Nodes)
	for _, n := range graph.Nodes {
		if keys := n.Unsent(); len(keys) > 0 && enabled(CodeUnsentSetting) {
			fixed++
			nodes[n.At].Data = without(nodes[n.At].Data, keys)
		}
	}
	for _, d := range browser.Differences(graph, refused, true) {
		switch n := graph.Node(d.Node); {
		case !enabled(d.Code):
		case d.Code == browser.CodeNoData:
			fixed++
			nodes[n.At].Data = json.RawMessage("{}")
		case d.Code == browser.CodeFirstInputOnly && respell(&nodes[n.At]):
			fixed++
		}
	}
	spec.Nodes = nodes
	return spec, fixed
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
func respell(n *flow.Node) bool {
	data, err := rawjson.ParseObject(n.Data)
	prompt := n.Text("prompt")
	if n.Type != flow.Model || err != nil || strings.ContainsRune(prompt, utf8.RuneError) { // half a surrogate pair would be lost
		return false
	}
	for _, p := range slices.Backward(slices.Collect(engine.Placeholders(prompt))) {
		if p.Body == "input" {
			prompt = prompt[:p.Start] + "{{input}}" + prompt[p.End:]
		}
	}
	data.Set("prompt", rawjson.AppendString(nil, prompt))
	n.Data = data.AppendJSON(nil)
	return true
}
