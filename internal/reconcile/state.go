package reconcile

import (
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// State is how a file and its flow have come apart since the lock noted the flow.
type State string

// The states.
const (
	Same         State = "same" // but perhaps for the layout
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
	unknownBase  = "it differs, and " + LockName + " does not have what it was before"
)

// why says why a file in this state is not applied, "" if it is.
func (s State) why() string {
	switch s {
	case ChangedThere, ChangedBoth:
		return changedThere
	case Unknown:
		return unknownBase
	}
	return ""
}

// compare reports which of a file and its flow have changed.
func (m *matcher) compare(it *item, file flow.Spec) State {
	at := it.match
	if at.same || m.agree(at.spec, file) {
		return Same
	}
	base := m.bases(at.id)
	if base == nil {
		if it.how == ByName && m.Adopt || m.committed(it, func(d flowfile.Digest) bool { return same(d, at.digest, it.hasAccess) }) != nil {
			return ChangedHere
		}
		return Unknown
	}
	here := !known(base, flowfile.DigestOf(m.kept(file)), it.hasAccess)
	switch there := !known(base, at.digest, it.hasAccess); {
	case there && here:
		return ChangedBoth
	case there:
		return ChangedThere
	}
	return ChangedHere
}

// agree reports whether a file says what the server has, but for the layout.
func (m *matcher) agree(stored, file flow.Spec) bool {
	return len(flow.Diff(dataAs(m.comparable(stored, file), file), m.comparable(file, file), flow.DiffOptions{})) == 0
}

// bases returns what the flow with an id was when the lock noted it, at this place or,
// if that is not known, under another name of it.
func (m *matcher) bases(id string) []flowfile.Digest {
	if file, ok := m.noted[id]; ok {
		if d := m.lock.Digests(file, m.Place); d != nil {
			return d
		}
	}
	return m.anywhere()[id]
}

// known reports whether one of the digests is d; access counts if it is asked for and
// known.
func known(base []flowfile.Digest, d flowfile.Digest, access bool) bool {
	for _, b := range base {
		if same(b, d, access) {
			return true
		}
	}
	return false
}

func same(a, b flowfile.Digest, access bool) bool {
	return a.Content == b.Content && (!access || a.Access == "" || b.Access == "" || a.Access == b.Access)
}

// committed returns the newest committed version of a file that has a digest of which is
// reports that, nil if git has none.
func (m *matcher) committed(it *item, is func(flowfile.Digest) bool) *flow.Spec {
	if m.History == nil {
		return nil
	}
	for spec := range m.History(it.Path) {
		if is(flowfile.DigestOf(m.kept(spec))) {
			return &spec
		}
	}
	return nil
}

// maxEarlier is how many committed versions of a file are compared with its flow to see
// whether a commit that the flow still has was reverted.
const maxEarlier = 5

// takenBack reports whether a flow that is not what the lock has is one of the last
// versions of its file in git. So it is after a commit of the file and the lock was
// reverted, and also if somebody put the earlier version back on the server: which of
// the two happened nobody can see from here.
func (m *matcher) takenBack(it *item) bool {
	n := 0
	found := false
	m.committed(it, func(d flowfile.Digest) bool {
		n++
		found = n <= maxEarlier && same(d, it.match.digest, it.hasAccess)
		return found || n >= maxEarlier
	})
	return found
}

// layouts is what is known of where the nodes of a flow stand: in its file and on the
// server, and whether the lock noted either.
type layouts struct {
	here, there           string
	notedHere, notedThere bool
}

func (m *matcher) layouts(at *stored, file flow.Spec) layouts {
	l := layouts{here: layoutOf(file, at.spec), there: at.digest.Layout}
	for _, base := range m.bases(at.id) {
		l.notedHere = l.notedHere || base.Layout == l.here
		l.notedThere = l.notedThere || base.Layout == l.there
	}
	return l
}

// movedThere reports whether nodes were moved on the server alone.
func (l layouts) movedThere() bool { return l.here != l.there && l.notedHere }

// movedHere reports whether nodes were moved in the file alone.
func (l layouts) movedHere() bool { return !l.notedHere && l.notedThere }

// layoutOf returns that part of the digest of a file whose flow is stored.
func layoutOf(file, stored flow.Spec) string {
	return flowfile.DigestOf(flow.AdoptLayout(file, stored)).Layout
}

// withLayoutOf returns the nodes of a flow with the layout that they have in another one.
func withLayoutOf(s, from flow.Spec) flow.Spec {
	there := make(map[string]flow.Object, len(from.Nodes))
	for _, n := range from.Nodes {
		there[n.ID] = n.Layout()
	}
	out := s
	out.Nodes = append([]flow.Node(nil), s.Nodes...)
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if layout, ok := there[n.ID]; ok {
			n.SetLayout(layout)
		}
	}
	return out
}
