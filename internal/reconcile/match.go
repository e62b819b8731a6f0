package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// item is a file on its way to its flow.
type item struct {
	Source
	ids   []candidate // that its flow may have, best first
	match *stored     // nil for a new flow
	how   Match

	chosen string // the id that a new flow is to have, "" for any
}

type candidate struct {
	id  string
	how Match
}

// stored is what is kept of a flow on the server.
type stored struct {
	id, name string
	revision client.Revision
	updated  int64     // epoch seconds
	same     bool      // it is what the file says whose best id it has
	spec     flow.Spec // none if same
}

// matcher finds out which file is which flow. A flow is at most one file's.
type matcher struct {
	traits
	Options
	lock  *Lock
	items []*item
	seen  map[string]*stored   // by id: the flows that somebody may want
	taken map[string]bool      // the ids of all flows in the list, and those that new ones get
	named map[string][]*stored // the caller's own of these by name, in the order of the list

	best  map[string]*item // by the first of an item's ids
	ids   map[string]bool  // all ids that somebody may want
	names map[string]int   // how many files have a name
}

// match finds the flows of files.
func match(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) (*matcher, error) {
	info, err := c.Server.Info(ctx)
	if err != nil {
		return nil, err
	}
	m := &matcher{
		traits: traits{ours: info.Flowctl}, Options: opts, lock: lock,
		seen: map[string]*stored{}, taken: map[string]bool{}, named: map[string][]*stored{},
		best: map[string]*item{}, ids: map[string]bool{}, names: map[string]int{},
	}
	origins := lock.origins(files)
	stay := map[string]bool{} // the files that are what the lock calls so
	for _, f := range files {
		stay[f.Path] = f.ID == "" || lock.Holds(f.Path, f.ID)
	}
	for _, f := range files {
		origin := origins[f.Path]
		m.add(f, cmp.Or(origin, f.Path), stay[origin])
	}
	for _, file := range lock.Files(m.Place) {
		m.ids[lock.ID(file, m.Place)] = true
	}
	for f, err := range c.Flows.All(ctx, client.ListOptions{Graph: true}) {
		if err != nil {
			return nil, err
		}
		m.taken[strings.Clone(f.ID)] = true
		at, err := m.look(f)
		if err != nil {
			return nil, err
		}
		if at != nil && m.names[f.Name] > 0 {
			m.named[f.Name] = append(m.named[f.Name], at)
		}
	}
	if err := m.strangers(ctx, c); err != nil {
		return nil, err
	}
	return m, m.resolve()
}

// add adds a file and the ids that its flow may have; origin is what the lock calls it.
// A file besides that one is a copy, unless the server has the flow of its own id.
func (m *matcher) add(f Source, origin string, besides bool) {
	it := &item{Source: f}
	want := func(id string, how Match) {
		if id != "" {
			it.ids = append(it.ids, candidate{id, how})
			m.ids[id] = true
		}
	}
	if besides {
		want(f.ID, ByID)
	}
	want(m.lock.ID(origin, m.Place), ByLock)
	if !besides {
		want(f.ID, ByID)
	}
	// A server may be known by its address to one and as a profile to another.
	for _, id := range m.lock.otherIDs(origin, m.Place) {
		want(id, ByLock)
	}
	if len(it.ids) > 0 {
		m.best[it.ids[0].id] = it
	}
	m.names[f.Name]++
	m.items = append(m.items, it)
}

// look keeps of a flow what may be needed: nothing if nobody may want it, and not
// its content where its file says the same.
func (m *matcher) look(f flow.Flow) (*stored, error) {
	if !m.ids[f.ID] && m.names[f.Name] == 0 {
		return nil, nil
	}
	at := &stored{id: strings.Clone(f.ID), name: strings.Clone(f.Name), updated: f.UpdatedAt}
	if it := m.best[f.ID]; it != nil {
		var err error
		if at.same, err = m.isSame(it, f.Spec); err != nil {
			return nil, err
		}
	}
	if !at.same {
		at.spec = f.Spec
	}
	if !at.same || m.Revisions {
		at.revision = client.ContentRevision(f)
	}
	m.seen[at.id] = at
	return at, nil
}

// isSame tells whether a stored flow is what the file says.
func (m *matcher) isSame(it *item, stored flow.Spec) (bool, error) {
	if it.holds(stored) {
		return true, nil
	}
	file, err := it.Spec()
	return err == nil && len(m.differences(stored, file)) == 0, err
}

// strangers looks for wanted flows that are not the caller's own: shared with them,
// or an admin's to change.
func (m *matcher) strangers(ctx context.Context, c *client.Client) error {
	if !m.misses() {
		return nil
	}
	var found []string
	for f, err := range c.Flows.All(ctx, client.ListOptions{Accessible: true}) {
		if err != nil {
			return err
		}
		if m.ids[f.ID] && m.seen[f.ID] == nil {
			found = append(found, f.ID)
		}
	}
	for _, id := range found {
		f, _, err := c.Flows.Get(ctx, id)
		if err != nil {
			return err
		}
		if _, err := m.look(f); err != nil {
			return err
		}
	}
	return nil
}

// misses tells whether the list lacks the flow that some file would rather be than any
// other, or one that may have to be deleted.
func (m *matcher) misses() bool {
	for _, it := range m.items {
		if m.picks(it.Path) && len(it.ids) > 0 && m.seen[it.ids[0].id] == nil {
			return true
		}
	}
	return m.Prune && slices.ContainsFunc(m.lock.Files(m.Place), func(file string) bool {
		return m.picks(file) && m.seen[m.lock.ID(file, m.Place)] == nil
	})
}

// resolve decides which flow each file is.
func (m *matcher) resolve() error {
	var conflicts []Conflict
	claims := map[*stored]*item{}
	for _, it := range m.items {
		for _, want := range it.ids {
			if it.match == nil && m.seen[want.id] != nil {
				it.match, it.how = m.seen[want.id], want.how
			}
		}
		if it.match == nil {
			continue
		}
		if first := claims[it.match]; first != nil {
			if !m.picks(it.Path) && !m.picks(first.Path) {
				continue
			}
			conflicts = append(conflicts, Conflict{
				File: it.Path, Candidates: []Candidate{{it.match.id, it.match.name}},
				Reason: fmt.Sprintf("is the same flow as %s; take one of the files away, or the \"id\" out of the copy", first.Path),
			})
			continue
		}
		claims[it.match] = it
	}
	wanted := map[string]int{}
	unmatched := map[string]*item{} // by the id that the file gives
	for _, it := range m.items {
		if it.match != nil {
			continue
		}
		wanted[it.Name]++
		if first := unmatched[it.ID]; first != nil {
			if !m.picks(it.Path) && !m.picks(first.Path) {
				continue
			}
			conflicts = append(conflicts, Conflict{
				File:       it.Path,
				Reason:     fmt.Sprintf("has the \"id\" of %s, too; take one of the files away, or the \"id\" out of the copy", first.Path),
				Candidates: []Candidate{{it.ID, it.Name}},
			})
		} else if it.ID != "" {
			unmatched[it.ID] = it
		}
	}
	if conflicts != nil {
		return &ConflictError{conflicts}
	}
	for _, it := range m.items {
		if it.match != nil || !m.picks(it.Path) {
			continue
		}
		var free []*stored
		for _, at := range m.named[it.Name] {
			if by := claims[at]; by == nil || by.how == ByName {
				free = append(free, at)
			}
		}
		switch {
		case len(free) == 0:
		case len(free) == 1 && wanted[it.Name] == 1:
			it.match, it.how = free[0], ByName
			claims[free[0]] = it
		default:
			conflicts = append(conflicts, ambiguous(it, free, wanted[it.Name]))
		}
	}
	if conflicts != nil {
		return &ConflictError{conflicts}
	}
	return nil
}
