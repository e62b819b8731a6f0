package sync

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// resolve decides which flow each file belongs to.
func (m *matcher) resolve(ctx context.Context) error {
	claims, conflicts := m.claim()
	if conflicts == nil {
		conflicts = m.sameIDs()
	}
	if conflicts == nil {
		var err error
		if conflicts, err = m.byName(ctx, claims); err != nil {
			return err
		}
	}
	if conflicts != nil {
		return &ConflictError{conflicts}
	}
	return nil
}

// claim assigns flows to the files that have their ids.
func (m *matcher) claim() (claims map[*stored]*item, conflicts []Conflict) {
	claims = map[*stored]*item{}
	for _, it := range m.items {
		best := m.find(it)
		if best.id == "" {
			continue
		}
		at := m.seen[best.id]
		if at == nil {
			it.hidden = best
			continue
		}
		first := claims[at]
		if first == nil {
			claims[at], it.match, it.how = it, at, best.how
			continue
		}
		if m.picks(it.Path) || m.picks(first.Path) {
			conflicts = append(conflicts, Conflict{
				File: it.Path, Candidates: []Candidate{{at.id, at.name}},
				Reason: fmt.Sprintf("is the same flow as %s; take one of the files away, or the \"id\" out of the copy", first.Path),
			})
		}
	}
	return claims, conflicts
}

// isNew reports whether the file has no flow yet.
func (it *item) isNew() bool { return it.match == nil && it.hidden.id == "" }

// sameIDs finds new files that contain the same id.
func (m *matcher) sameIDs() (conflicts []Conflict) {
	byID := map[string]*item{}
	for _, it := range m.items {
		if !it.isNew() || it.ID == "" {
			continue
		}
		first := byID[it.ID]
		if first == nil {
			byID[it.ID] = it
			continue
		}
		if m.picks(it.Path) || m.picks(first.Path) {
			conflicts = append(conflicts, Conflict{
				File:       it.Path,
				Reason:     fmt.Sprintf("has the \"id\" of %s, too; take one of the files away, or the \"id\" out of the copy", first.Path),
				Candidates: []Candidate{{it.ID, it.Name}},
			})
		}
	}
	return conflicts
}

// byName looks for flows with the names of new files. If the lock has the flow for a file that
// is gone, the file was renamed and the flow is its own. Any other flow belongs to the file
// only with Options.Adopt.
func (m *matcher) byName(ctx context.Context, claims map[*stored]*item) (conflicts []Conflict, err error) {
	wanted := map[string]int{}
	for _, it := range m.items {
		if it.isNew() {
			wanted[it.Name]++
		}
	}
	for _, it := range m.picked() {
		if !it.isNew() {
			continue
		}
		var free []*stored
		for _, at := range m.named[it.Name] {
			if by := claims[at]; (by == nil || by.how == ByName) && !m.files[m.noted[at.id]] {
				free = append(free, at)
			}
		}
		alone := len(free) == 1 && wanted[it.Name] == 1
		takes := alone && (m.Adopt || m.noted[free[0].id] != "")
		if alone && !takes {
			if takes, err = m.made(ctx, it, free[0]); err != nil {
				return nil, err
			}
		}
		switch {
		case len(free) == 0:
		case takes:
			it.match, it.how = free[0], ByName
			claims[free[0]] = it
		case m.Adopt:
			conflicts = append(conflicts, ambiguous(it, free, wanted[it.Name]))
		default:
			it.wants = free
		}
	}
	return conflicts, nil
}

// made reports whether an apply of this file created the flow, although the lock does not
// have it: the flow equals the file and has one of the ids of newIDs.
func (m *matcher) made(ctx context.Context, it *item, at *stored) (bool, error) {
	if !m.lossless {
		return false, nil
	}
	ids, err := m.newIDs(ctx, it)
	if err != nil || !slices.Contains(ids, at.id) {
		return false, err
	}
	if at.same = it.hasDigest(at.digest); at.same || !at.read {
		return at.same, nil
	}
	return m.isSame(it, at.digest, at.spec)
}

// adoptable returns the reason for refusing a new file whose name existing flows have.
func adoptable(it *item) string {
	var ids []string
	for _, at := range it.wants {
		ids = append(ids, at.id)
	}
	if len(ids) == 1 {
		return fmt.Sprintf("a flow named %q is there already: %s; --adopt makes it this file's", it.Name, ids[0])
	}
	return fmt.Sprintf("%d flows named %q are there already: %s; say which one it is by an \"id\" in the file", len(ids), it.Name, strings.Join(ids, ", "))
}
