package sync

import (
	"slices"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
)

// State is which of a file and its flow has changed since the flow was recorded in the lock.
type State string

// The states.
const (
	Same         State = "same"
	ChangedHere  State = "changed here"
	ChangedThere State = "changed there"
	ChangedBoth  State = "both"        // changed here and there
	Unknown      State = "differs"     // which of them has changed is not known
	OnlyHere     State = "only here"   // the server has no such flow
	OnlyThere    State = "only there"  // the flow has no file
	NotVisible   State = "not visible" // the server has the flow, and the caller may not see it
)

const (
	changedThere = "changed there since"
	takenBack    = "the server has an earlier version of the file in git; if that was reverted, --overwrite applies this one"
	layoutStays  = "nodes stand elsewhere on the server, and stay there; 'flowctl pull' brings that in, --overwrite moves them"
	unknownBase  = "it differs, and " + LockName + " does not have what it was before"
)

// why returns the reason for not applying a file in this state, "" if it is applied.
func (s State) why() string {
	switch s {
	case ChangedThere, ChangedBoth:
		return changedThere
	case Unknown:
		return unknownBase
	}
	return ""
}

// Verdict is the result of comparing a file with its flow.
type Verdict struct {
	State  State // without the layout
	Layout State // of the layout alone; never OnlyHere, OnlyThere or NotVisible
}

// ChangedHere reports whether overwriting the file with the server's flow would, or may,
// lose a change.
func (v Verdict) ChangedHere() bool {
	switch v.State {
	case ChangedHere, ChangedBoth, Unknown:
		return true
	}
	return v.State == Same && v.Layout == ChangedHere
}

// ChangedThere reports whether overwriting the server's flow with the file would lose a
// change.
func (v Verdict) ChangedThere() bool { return v.State == ChangedThere || v.State == ChangedBoth }

// WhyKept returns the reason for not overwriting the file, "" if nothing would be lost.
func (v Verdict) WhyKept() string {
	switch {
	case !v.ChangedHere():
		return ""
	case v.State == Unknown:
		return unknownBase
	}
	return "changed here since it was last applied, pulled or exported"
}

// sendsLayout reports whether the file's layout is sent to the server: if only the file's was
// changed. Otherwise the server's stays; a layout is never a conflict.
func (v Verdict) sendsLayout(overwrite bool) bool {
	return v.Layout == ChangedHere || overwrite && v.Layout != ChangedThere
}

// verdict compares a file with its stored flow. base are the digests of the flow in the lock.
// All commands use it to decide which side has changed.
func (t traits) verdict(file, stored flow.Spec, there digest.Digest, base []digest.Digest) Verdict {
	v := Verdict{State: Same, Layout: Same}
	if !t.agree(stored, file) {
		access := file.AccessControl != nil
		here := digest.Of(t.kept(file))
		v.State = changed(base,
			func(b digest.Digest) bool { return same(b, here, access) },
			func(b digest.Digest) bool { return same(b, there, access) })
	}
	if here := layoutOf(file, stored); here != there.Layout {
		v.Layout = changed(base,
			func(b digest.Digest) bool { return b.Layout == here },
			func(b digest.Digest) bool { return b.Layout == there.Layout })
	}
	return v
}

// changed returns the state of a file and a flow that differ: isHere and isThere report
// whether the file, and the flow, have a recorded digest. If both have one of two digests,
// a merge has changed the file.
func changed(base []digest.Digest, isHere, isThere func(digest.Digest) bool) State {
	switch {
	case len(base) == 0:
		return Unknown
	case slices.ContainsFunc(base, isThere):
		return ChangedHere
	case slices.ContainsFunc(base, isHere):
		return ChangedThere
	}
	return ChangedBoth
}

// verdict compares the file of it with its flow.
func (m *matcher) verdict(it *item, file flow.Spec) Verdict {
	if it.match.same {
		return Verdict{State: Same, Layout: Same}
	}
	return m.traits.verdict(file, it.match.spec, it.match.digest, m.base(it))
}

// base returns the digests of the version before the changes on either side. If the lock has
// none, it is the server's flow if the file adopts it, or if git has a version that equals
// it.
func (m *matcher) base(it *item) []digest.Digest {
	there := it.match.digest
	if base := m.bases(it.match.id); base != nil {
		return base
	}
	if it.how == ByName && m.Adopt {
		return []digest.Digest{there}
	}
	var base []digest.Digest
	m.committed(it, func(d digest.Digest) bool {
		if same(d, there, it.hasAccess) {
			base = []digest.Digest{d}
		}
		return base != nil
	})
	return base
}

// agree reports whether the file's flow equals the server's, the layout aside.
func (t traits) agree(stored, file flow.Spec) bool {
	return len(flow.Diff(layout.Without(keepEmptyData(t.comparable(stored, file), file)), layout.Without(t.comparable(file, file)))) == 0
}

// known reports whether one of the digests is d. Access is compared if access is set and
// both have it.
func known(base []digest.Digest, d digest.Digest, access bool) bool {
	return slices.ContainsFunc(base, func(b digest.Digest) bool { return same(b, d, access) })
}

func same(a, b digest.Digest, access bool) bool {
	return a.Content == b.Content && (!access || a.Access == "" || b.Access == "" || a.Access == b.Access)
}

// committed returns the newest committed version of the file for whose digest is returns
// true, nil if git has none.
func (m *matcher) committed(it *item, is func(digest.Digest) bool) *flow.Spec {
	if m.History == nil {
		return nil
	}
	for spec := range m.History(it.Path) {
		if is(digest.Of(m.kept(spec))) {
			return &spec
		}
	}
	return nil
}

// maxEarlier is how many committed versions of a file takenBack compares with its flow.
const maxEarlier = 5

// takenBack reports whether a flow that is not what the lock has is one of the last
// versions of its file in git, and the file is what it was before that. So it is after a commit
// of the file and the lock was reverted. Without the latter somebody made the flow on the server
// what it was earlier.
func (m *matcher) takenBack(it *item, file flow.Spec) bool {
	here := digest.Of(m.kept(file))
	n, found, back := 0, false, false
	m.committed(it, func(d digest.Digest) bool {
		n++
		if found {
			back = same(d, here, it.hasAccess)
		}
		found = found || same(d, it.match.digest, it.hasAccess)
		return back || n >= maxEarlier
	})
	return back
}

// layoutOf returns the layout's part of the digest of file, with the stored layout where file
// has none.
func layoutOf(file, stored flow.Spec) string {
	return digest.Of(layout.Adopt(file, stored)).Layout
}

// withLayoutOf returns the nodes of a flow with the layout that they have in another one.
func withLayoutOf(s, from flow.Spec) flow.Spec {
	there := make(map[string]flow.Object, len(from.Nodes))
	for _, n := range from.Nodes {
		there[n.ID] = layout.Of(n)
	}
	out := s
	out.Nodes = append([]flow.Node(nil), s.Nodes...)
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if fields, ok := there[n.ID]; ok {
			layout.Set(n, fields)
		}
	}
	return out
}
