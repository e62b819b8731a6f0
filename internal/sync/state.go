package sync

import (
	"slices"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
)

// State is how a file and its flow have come apart since the lock noted the flow.
type State string

// The states.
const (
	Same         State = "same"
	ChangedHere  State = "changed here"
	ChangedThere State = "changed there"
	ChangedBoth  State = "both"        // changed here and there
	Unknown      State = "differs"     // it is not known which of them has changed
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

// why returns why a file in this state is not applied, "" if it is.
func (s State) why() string {
	switch s {
	case ChangedThere, ChangedBoth:
		return changedThere
	case Unknown:
		return unknownBase
	}
	return ""
}

// Verdict is how a file and its flow have come apart since the lock noted the flow.
type Verdict struct {
	State  State // but for the layout
	Layout State // of where the nodes stand; it is never OnlyHere, OnlyThere or NotVisible
}

// ChangedHere reports whether a file has changes that would be lost if the server's flow
// were written over it, or may have.
func (v Verdict) ChangedHere() bool {
	switch v.State {
	case ChangedHere, ChangedBoth, Unknown:
		return true
	}
	return v.State == Same && v.Layout == ChangedHere
}

// ChangedThere reports whether the server's flow has changes that would be lost if the
// file were written over it.
func (v Verdict) ChangedThere() bool { return v.State == ChangedThere || v.State == ChangedBoth }

// WhyKept returns why a file stays as it is, "" if nothing of it would be lost.
func (v Verdict) WhyKept() string {
	switch {
	case !v.ChangedHere():
		return ""
	case v.State == Unknown:
		return unknownBase
	}
	return "changed here since it was last applied, pulled or exported"
}

// sendsLayout reports whether the places of a file's nodes go to the server. They do if
// nodes were moved in the file alone. Else those of the server stay: a layout is never a
// conflict.
func (v Verdict) sendsLayout(overwrite bool) bool {
	return v.Layout == ChangedHere || overwrite && v.Layout != ChangedThere
}

// verdict compares a file with its stored flow. base is what the lock has noted of that,
// none if that is not known. It alone decides who has changed what, for all commands.
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

// changed returns the state of a file and a flow that are not the same: isHere and
// isThere report whether either is what was noted. A file that is one of two noted
// states, and a flow that is the other one, is what a merge has made of it.
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

// verdict compares a file with its flow.
func (m *matcher) verdict(it *item, file flow.Spec) Verdict {
	if it.match.same {
		return Verdict{State: Same, Layout: Same}
	}
	return m.traits.verdict(file, it.match.spec, it.match.digest, m.base(it))
}

// base returns what a file's flow was before either changed. Where the lock does not
// have that, it is the server's flow if that is the file's own from here on, or if git
// has it.
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

// agree reports whether a file says what the server has, but for the layout.
func (t traits) agree(stored, file flow.Spec) bool {
	return len(flow.Diff(layout.Without(keepEmptyData(t.comparable(stored, file), file)), layout.Without(t.comparable(file, file)))) == 0
}

// known reports whether one of the digests is d; access counts if it is asked for and
// known.
func known(base []digest.Digest, d digest.Digest, access bool) bool {
	return slices.ContainsFunc(base, func(b digest.Digest) bool { return same(b, d, access) })
}

func same(a, b digest.Digest, access bool) bool {
	return a.Content == b.Content && (!access || a.Access == "" || b.Access == "" || a.Access == b.Access)
}

// committed returns the newest committed version of a file that has a digest of which is
// reports that, nil if git has none.
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

// maxEarlier is how many committed versions of a file are compared with its flow to see
// whether a commit that the flow still has was reverted.
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

// layoutOf returns that part of the digest of a file whose flow is stored.
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
