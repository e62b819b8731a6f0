package record

import (
	"encoding/json"
	"fmt"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Warnings lists what is wrong with results of a run that count all the same, such as
// an answer that was cut off: each with its node.
func Warnings(e flow.Execution) []string {
	var meta struct{ Nodes json.RawMessage }
	_ = json.Unmarshal(e.Meta, &meta)        // a run that was cut off has none
	nodes, _ := flow.ParseObject(meta.Nodes) // likewise
	var list []string
	for _, m := range nodes {
		var about struct{ Warnings []string }
		_ = json.Unmarshal(m.Value, &about) // what is no list of texts warns of nothing
		for _, text := range about.Warnings {
			list = append(list, fmt.Sprintf("node %q: %s", m.Key, text))
		}
	}
	return list
}
