package sync

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// merge joins what was changed in a file and on the server, which has theirs; all are as the
// file is to say them. Where that cannot be done the result is theirs, with the reason.
func (m *matcher) merge(ctx context.Context, it *item, file, theirs flow.Spec) (next flow.Spec, refused string, err error) {
	base, err := m.baseSpec(ctx, it)
	if err != nil {
		return theirs, "", err
	}
	if base == nil {
		return theirs, "both sides changed it, and what it was before is neither in git nor on the server: " + subjects(m.changes(file, theirs)), nil
	}
	was := keepSpelling(m.pulled(*base, file), theirs)
	unknownAccess := false
	if file.AccessControl != nil {
		was.AccessControl, unknownAccess = m.baseAccess(it, *base, file, theirs)
	}
	next, conflicts := flow.MergeSpecs(was, digest.WithoutState(file), theirs, false)
	var changes []flow.Change
	if unknownAccess {
		changes = append(changes, flow.Change{Path: "/access_control"})
	}
	for _, c := range conflicts {
		changes = append(changes, flow.Change{Node: c.Node, Edge: c.Edge, Path: c.Path})
	}
	if len(changes) > 0 {
		return theirs, "both sides changed " + subjects(changes), nil
	}
	return next, "", nil
}

// baseSpec returns what the flow of a file was when the lock noted it, nil if nobody has
// that. A server with versions is asked first: that takes two short requests, and git reads
// the history of the whole repository for one file.
func (m *matcher) baseSpec(ctx context.Context, it *item) (*flow.Spec, error) {
	id, noted := it.match.id, m.bases(it.match.id)
	if m.versions {
		for v, err := range m.c.Flows.Versions(ctx, id) {
			if err == nil {
				if d, ok := digest.Parse(v.Digest); !ok || !known(noted, d, false) {
					continue
				}
				v, err = m.c.Flows.Version(ctx, id, strconv.FormatInt(v.Number, 10))
			}
			if err == nil || !isGone(err) && !errors.Is(err, client.ErrForbidden) {
				return v.Flow, err
			}
			break
		}
	}
	return m.committed(it, func(d digest.Digest) bool { return known(noted, d, false) }), nil
}

// baseAccess returns who might do what with a flow when the lock noted it. A server's versions
// do not have that, but the lock has its digest: most often it is that of one of both sides.
func (m *matcher) baseAccess(it *item, base, file, theirs flow.Spec) (access []byte, unknown bool) {
	noted := m.bases(it.match.id)
	is := func(s *flow.Spec) bool {
		d := digest.Of(flow.Spec{AccessControl: s.AccessControl})
		return s.AccessControl != nil && slices.ContainsFunc(noted, func(b digest.Digest) bool { return b.Access == d.Access })
	}
	for _, s := range []*flow.Spec{&theirs, &file, &base} {
		if is(s) {
			return s.AccessControl, false
		}
	}
	if at := m.committed(it, func(d digest.Digest) bool { return d.Access != "" && known(noted, d, true) }); at != nil {
		return at.AccessControl, false
	}
	return nil, !flow.EqualAccess(file.AccessControl, theirs.AccessControl)
}
