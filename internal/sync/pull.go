package sync

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Pulled is a file, and what it should contain of its flow on the server.
type Pulled struct {
	Source
	FlowID  string // "" if the server has no such flow
	State   State
	Changes []flow.Change // what turns the file into what it should say, as they may be shown: see [Env.Hide]
	Updated int64         // when the flow was last changed, epoch seconds
	Next    flow.Spec     // what the file should say, if there are changes
	Digest  digest.Digest // of the flow that the file is brought up to; the zero value if it stays as it was noted
	Refused string        // why the file stays as it is though the flow has changed: what stands against each other

	renamed   string // the path that the file gets, "" for the one that it has
	keepState bool   // the editor's run-time state and the time of the export, too
}

// Pull compares files with what the server has, as [NewPlan] does, and returns for
// each of those that are picked what it should say. It only reads. What was changed in
// the file alone stays; what both sides changed is merged, if the server or opts.History has
// the version from before and nothing stands against each other. Fields that the server does
// not keep, and an access_control that the file does not have, stay as the file has
// them; so do nodes that say nothing of their layout.
//
// With opts.Prune, the flows whose files are gone follow. With opts.Export, Pull returns the
// files of these flows only, new files included.
func Pull(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) ([]Pulled, error) {
	m, err := match(ctx, c, files, lock, opts)
	if err != nil {
		return nil, err
	}
	if m.Export != nil {
		return m.exported(ctx)
	}
	if err := m.checkVisible(ctx); err != nil {
		return nil, err
	}
	items := m.picked()
	out := make([]Pulled, len(items))
	for i, it := range items {
		if out[i], err = m.pull(ctx, it); err != nil {
			return nil, err
		}
	}
	if m.Prune {
		orphans := m.orphans()
		for _, file := range slices.Sorted(maps.Keys(orphans)) {
			at := orphans[file]
			out = append(out, Pulled{Source: Source{Path: file, Name: at.name}, FlowID: at.id, State: OnlyThere, Next: at.spec})
		}
	}
	return out, nil
}

// pull returns what one file should contain.
func (m *matcher) pull(ctx context.Context, it *item) (Pulled, error) {
	p := Pulled{Source: it.Source, State: OnlyHere}
	at := it.match
	if it.wants != nil {
		p.Refused = adoptable(it)
	}
	if at == nil {
		return p, nil
	}
	p.FlowID, p.Updated, p.Digest = at.id, at.updated, at.digest
	if at.same || it.several && m.Export != nil {
		p.State = Same
		return p, nil
	}
	file, err := it.Spec()
	if err != nil {
		return p, err
	}
	theirs := m.pulled(at.spec, file)
	v := m.verdict(it, file)
	reverted := v.State == ChangedThere && m.takenBack(it, file)
	if m.Overwrite || it.how == ByName && m.Adopt {
		v, reverted = Verdict{State: ChangedThere, Layout: ChangedThere}, false
	}
	if why := v.WhyKept(); why != "" && m.Export != nil {
		p.Refused, p.State, p.Digest = why, v.State, digest.Digest{}
		return p, nil
	}
	if v.State == Same && v.Layout == ChangedHere {
		v.State = ChangedHere
	}
	switch p.State = v.State; {
	case v.State == ChangedHere:
		p.Next, p.Digest = file, digest.Digest{}
	case reverted:
		p.Refused = takenBack + ", and pull --overwrite takes the server's"
		p.Digest = digest.Digest{}
		p.Next = theirs
	case v.State == Unknown:
		p.Refused = unknownBase + ": " + subjects(m.changes(file, theirs))
		p.Digest = digest.Digest{}
		p.Next = theirs
	case v.State == ChangedBoth:
		if p.Next, p.Refused, err = m.merge(ctx, it, file, theirs); err != nil {
			return p, err
		}
		if p.Refused != "" {
			p.Digest = digest.Digest{}
		}
	default:
		if p.Next = theirs; v.Layout == ChangedHere {
			p.Next = withLayoutOf(theirs, file)
		}
	}
	if p.Changes = m.changes(file, p.Next); len(p.Changes) > 0 && m.Env.hides() {
		p.Changes = m.changes(m.Env.Hide(file, p.Next))
	}
	return p, nil
}

// changes returns the changes that turn the file's flow into next.
func (m *matcher) changes(file, next flow.Spec) []flow.Change {
	return flow.Diff(m.comparable(file, file), m.comparable(next, file))
}

// subjects returns the names of what was changed, each once.
func subjects(changes []flow.Change) string {
	var names []string
	for _, c := range changes {
		if name := c.Where(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// pulled returns what a file should contain of a stored flow.
func (m *matcher) pulled(s, file flow.Spec) flow.Spec {
	return m.formed(intoFile(file, layoutAs(m.formed(s), file), m.lossless))
}

// intoFile returns what a file should contain of the stored flow s; lossless reports whether
// the server keeps every field. Fields that it does not keep stay as they are in the file,
// and a file without access_control gets none. An empty field, such as a description, is not
// added to a file without it, and equal values, such as 100.0 for 1e2, keep the file's
// spelling.
func intoFile(file, s flow.Spec, lossless bool) flow.Spec {
	next := file
	s = keepSpelling(s, file)
	next.Name, next.Description, next.Nodes, next.Edges = s.Name, s.Description, s.Nodes, s.Edges
	if file.AccessControl != nil {
		next.AccessControl = s.AccessControl
	}
	if !lossless {
		return next
	}
	if !rawjson.IsEmpty(s.Meta) || !rawjson.IsEmpty(file.Meta) {
		next.Meta = s.Meta
	}
	unknown := s.Unknown()
	for _, m := range slices.Concat(file.Unknown(), unknown) {
		value, _ := unknown.Get(m.Key)
		next.SetUnknown(m.Key, value)
	}
	return next
}

// layoutAs returns a stored flow without the layout of nodes that have none in the file, or
// without any if the file has none at all.
func layoutAs(s, file flow.Spec) flow.Spec {
	if !layout.Lacks(file) {
		return s
	}
	bare := make(map[string]bool, len(file.Nodes)) // by id
	all := true
	for _, n := range file.Nodes {
		bare[n.ID] = layout.Of(n) == nil
		all = all && bare[n.ID]
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		if n := &s.Nodes[i]; all || bare[n.ID] {
			layout.Set(n, nil)
		}
	}
	return s
}
