package main

import (
	"strconv"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// flowView is how lists show flows.
func flowView() output.View[flow.Flow] {
	type column = output.Column[flow.Flow]
	return output.View[flow.Flow]{
		Columns: []column{
			{Title: "ID", Text: func(_ *output.Printer, f flow.Flow) string { return f.ID }},
			{Title: "NAME", Text: func(_ *output.Printer, f flow.Flow) string { return f.Name }},
			{Title: "UPDATED", Text: func(p *output.Printer, f flow.Flow) string { return p.Time(f.UpdatedAt) }},
			{Title: "CREATED", Wide: true, Text: func(p *output.Printer, f flow.Flow) string { return p.Time(f.CreatedAt) }},
			{Title: "NODES", Wide: true, Text: func(_ *output.Printer, f flow.Flow) string { return nodeCount(f) }},
			{Title: "DESCRIPTION", Wide: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.Description }},
		},
		Name: func(f flow.Flow) string { return f.ID },
	}
}

// nodeCount is "-" for a list row that came without its graph.
func nodeCount(f flow.Flow) string {
	if f.Nodes == nil {
		return "-"
	}
	return strconv.Itoa(len(f.Nodes))
}
