package reconcile

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Pulled is how a file and its flow on the server compare.
type Pulled struct {
	Source
	FlowID  string        // "" if the server has no such flow
	Changes []flow.Change // what turns the file into the flow
	Updated int64         // when the flow was last changed, epoch seconds
	Next    flow.Spec     // what the file should say, if there are changes
}

// Pull compares files with what the server has, as [NewPlan] does, and gives for
// each of those that are picked what it should say. It only reads. Fields that the server does not keep, and
// an access_control that the file does not have, stay as the file has them; so do
// nodes that say nothing of their layout.
func Pull(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) ([]Pulled, error) {
	m, err := match(ctx, c, files, lock, opts)
	if err != nil {
		return nil, err
	}
	items := m.picked()
	out := make([]Pulled, len(items))
	for i, it := range items {
		out[i].Source = it.Source
		if it.match == nil {
			continue
		}
		out[i].FlowID = it.match.id
		if it.match.same {
			continue
		}
		file, err := it.Spec()
		if err != nil {
			return nil, err
		}
		next := m.pulled(it.match.spec, file)
		out[i].Next, out[i].Updated = next, it.match.updated
		out[i].Changes = flow.Diff(m.comparable(file, file), m.comparable(next, file), flow.DiffOptions{Layout: true})
	}
	return out, nil
}

// pulled is what a file should say of a stored flow.
func (m *matcher) pulled(s, file flow.Spec) flow.Spec {
	return flowfile.WithoutState(Into(file, layoutAs(flowfile.WithoutState(s), file), m.ours))
}

// Into gives a file the flow that a server has stored; ours tells whether that keeps
// all that it is sent. Fields that the server does not keep, and an access_control
// that the file does not have, stay as the file has them. What says nothing, such as
// an empty description, is not added to a file that is without, and what says the same
// in other words, such as 100.0 for 1e2, stays in those of the file.
func Into(file, s flow.Spec, ours bool) flow.Spec {
	next := file
	s = inWordsOf(s, file)
	next.Name, next.Description, next.Nodes, next.Edges = s.Name, s.Description, s.Nodes, s.Edges
	if file.AccessControl != nil {
		next.AccessControl = s.AccessControl
	}
	if !ours {
		return next
	}
	if !isEmpty(s.Meta) || !isEmpty(file.Meta) {
		next.Meta = s.Meta
	}
	for _, key := range slices.Concat(file.UnknownKeys(), s.UnknownKeys()) {
		next.SetUnknown(key, s.Unknown(key))
	}
	return next
}

// layoutAs takes out of a stored flow the layout that its file leaves to the server:
// that of nodes of which the file has none, and all of it if it has none at all.
func layoutAs(s, file flow.Spec) flow.Spec {
	if !flow.LacksLayout(file) {
		return s
	}
	bare := make(map[string]bool, len(file.Nodes)) // by id
	all := true
	for _, n := range file.Nodes {
		bare[n.ID] = n.Layout() == nil
		all = all && bare[n.ID]
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; all || bare[n.ID] {
			n.SetLayout(nil)
		}
	}
	return s
}
