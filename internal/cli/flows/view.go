package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// flowView is how lists show flows.
func flowView() output.View[flow.Flow] {
	type column = output.Column[flow.Flow]
	return output.View[flow.Flow]{
		Columns: []column{
			{Title: "NAME", Whole: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.Name }},
			{Title: "ID", ID: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.ID }},
			{Title: "UPDATED", Text: func(p *output.Printer, f flow.Flow) string { return p.Time(f.UpdatedAt) }},
			{Title: "CREATED", Wide: true, Text: func(p *output.Printer, f flow.Flow) string { return p.Time(f.CreatedAt) }},
			{Title: "NODES", Wide: true, Text: func(_ *output.Printer, f flow.Flow) string { return nodeCount(f) }},
			{Title: "ACCESS", Wide: true, Text: func(_ *output.Printer, f flow.Flow) string { return accessWord(f) }},
			{Title: "DESCRIPTION", Wide: true, Text: func(_ *output.Printer, f flow.Flow) string { return f.Description }},
		},
		Name: func(f flow.Flow) string { return f.ID },
	}
}

// printWritten prints a flow that was just made or changed. What fails then is not
// the write, and who does not see that would do it again.
func printWritten(p *output.Printer, f flow.Flow, done string) error {
	if err := output.Item(p, flowView(), f); err != nil {
		return fmt.Errorf("%w; but the flow %s is %s", err, f.ID, done)
	}
	return nil
}

// withOwner adds whose the flows are, and what the caller may do.
func withOwner(v output.View[flow.Flow], owner, may func(flow.Flow) string) output.View[flow.Flow] {
	v.Columns = slices.Insert(v.Columns, 2, output.Column[flow.Flow]{ // after name and id
		Title: "OWNER",
		Text:  func(_ *output.Printer, f flow.Flow) string { return owner(f) },
	}, output.Column[flow.Flow]{
		Title: "MAY",
		Text:  func(_ *output.Printer, f flow.Flow) string { return may(f) },
	})
	return v
}

// withDeleted is for flows that were deleted, whose time of the last update is that of
// the deletion.
func withDeleted(v output.View[flow.Flow]) output.View[flow.Flow] {
	for i := range v.Columns {
		if v.Columns[i].Title == "UPDATED" {
			v.Columns[i].Title = "DELETED"
		}
	}
	return v
}

// nodeView is how the nodes of one flow are shown. edges are the flow's.
func nodeView(edges []flow.Edge) output.View[flow.Node] {
	next := make(map[string][]string)
	for _, e := range edges {
		text := e.Target
		if e.SourceHandle != "" {
			text = e.SourceHandle + ": " + text
		}
		next[e.Source] = append(next[e.Source], text)
	}
	type column = output.Column[flow.Node]
	return output.View[flow.Node]{
		Columns: []column{
			{Title: "NODE", Text: func(_ *output.Printer, n flow.Node) string { return n.ID }},
			{Title: "TYPE", Text: func(_ *output.Printer, n flow.Node) string { return string(n.Type) }},
			{Title: "LABEL", Text: func(_ *output.Printer, n flow.Node) string { return n.Label() }},
			{Title: "LEADS TO", Text: func(_ *output.Printer, n flow.Node) string { return strings.Join(next[n.ID], ", ") }},
		},
		Name: func(n flow.Node) string { return n.ID },
	}
}

// nodeCount is "-" for a list row that came without its graph.
func nodeCount(f flow.Flow) string {
	if f.Nodes == nil {
		return "-"
	}
	return strconv.Itoa(len(f.Nodes))
}

// accessWord says in a word who may use a flow, "-" where that did not come along.
func accessWord(f flow.Flow) string {
	a, err := flow.ParseAccess(f.AccessControl)
	switch {
	case f.AccessControl == nil:
		return "-"
	case err != nil:
		return "malformed"
	case a.Public:
		return accessPublic
	case granted(a.Read) == nil && granted(a.Write) == nil:
		return accessPrivate
	}
	return "shared"
}

// accessText returns who may read and who may write a flow, one on a line. Both are
// "" where that did not come along.
func accessText(f flow.Flow) (readers, writers string) {
	if f.AccessControl == nil {
		return "", ""
	}
	a, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return "unknown: access_control is malformed", ""
	}
	readers, writers = lines(granted(a.Read)), lines(granted(a.Write))
	if a.Public {
		readers = "everybody"
	}
	return readers, writers
}

func lines(grants []string) string {
	return strings.Join(append([]string{"the owner"}, grants...), "\n")
}

func granted(g flow.Grant) []string {
	var names []string
	for _, id := range g.UserIDs {
		names = append(names, "user "+id)
	}
	for _, id := range g.GroupIDs {
		names = append(names, "group "+id)
	}
	return names
}
