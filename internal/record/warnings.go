package record

import (
	"fmt"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Warnings lists what is wrong with results of a run that count all the same, such as
// an answer that was cut off: each with its node.
func Warnings(e flow.Execution) []string {
	var list []string
	for _, n := range flow.ParseRunMeta(e.Meta).Nodes { // a run that was cut off has none
		for _, text := range n.Warnings {
			list = append(list, fmt.Sprintf("node %q: %s", n.ID, text))
		}
	}
	return list
}
