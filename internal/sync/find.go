package sync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// list reads the list of flows that the caller may change.
func (m *matcher) list(ctx context.Context) error {
	for f, err := range m.c.Flows.All(ctx, client.ListOptions{Digest: m.lossless && m.compares(), Graph: !m.lossless && m.compares(), Owner: m.lossless && m.Others}) {
		if err != nil {
			return err
		}
		m.taken[strings.Clone(f.ID)] = true
		at, err := m.remember(f, !m.lossless)
		if err != nil {
			return err
		}
		if at != nil {
			at.listed = true
		}
		switch {
		case at == nil && m.Others:
			m.others = append(m.others, brief(f))
		case at != nil && m.names[f.Name] > 0:
			m.named[f.Name] = append(m.named[f.Name], at)
		}
	}
	return nil
}

// shared looks for flows of other owners that the caller may change and that have the name
// of a new file. On Open WebUI they are in the list already.
func (m *matcher) shared(ctx context.Context) error {
	names := map[string]bool{}
	for _, it := range m.picked() {
		if m.find(it) == (candidate{}) {
			names[it.Name] = true
		}
	}
	if !m.lossless || len(names) == 0 {
		return nil
	}
	me, err := m.c.Auth.Whoami(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for f, err := range m.c.Flows.All(ctx, client.ListOptions{Access: client.AccessAny}) {
		if err != nil {
			return err
		}
		if names[f.Name] && m.seen[f.ID] == nil {
			ids = append(ids, strings.Clone(f.ID))
		}
	}
	for _, id := range ids {
		f, err := m.c.Flows.Get(ctx, id)
		if isGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		if a, err := flow.ParseAccess(f.AccessControl); err != nil || !slices.Contains(a.Write.UserIDs, me.ID) {
			continue
		}
		at, err := m.remember(f, true)
		if err != nil {
			return err
		}
		m.named[f.Name] = append(m.named[f.Name], at)
	}
	return nil
}

// gets is how many flows are asked for at a time.
const gets = 8

// get reads the flows that are missing from the list and whose ids files or the lock have:
// lists do not contain all flows that the caller may read. A flow that the caller may not
// see is hidden; only one that is not found does not exist.
func (m *matcher) get(ctx context.Context) error {
	ids := m.missing()
	for _, id := range ids {
		m.asked[id] = true
	}
	return m.getAll(ctx, ids, func(id string, f flow.Flow, err error) error {
		switch {
		case errors.Is(err, client.ErrForbidden):
			m.hidden[id] = true
			return nil
		case isGone(err):
			return nil
		case err != nil:
			return err
		}
		_, err = m.remember(f, true)
		return err
	})
}

// getAll reads flows, several at a time, and calls got for each, one after the other.
func (m *matcher) getAll(ctx context.Context, ids []string, got func(id string, f flow.Flow, err error) error) error {
	var asking errgroup.Group
	asking.SetLimit(gets)
	var mu sync.Mutex
	for _, id := range ids {
		asking.Go(func() error {
			f, err := m.c.Flows.Get(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			return got(id, f, err)
		})
	}
	return asking.Wait()
}

// read reads the flows that differ from their files or are to be deleted, where only their
// digest is known.
func (m *matcher) read(ctx context.Context) error {
	if !m.compares() {
		return nil
	}
	var flows []*stored
	for _, it := range m.picked() {
		if it.match != nil && !it.skip && it.clash == "" {
			flows = append(flows, it.match)
		}
	}
	if m.Prune {
		flows = slices.AppendSeq(flows, maps.Values(m.orphans()))
	}
	return m.readWhole(ctx, flows)
}

// readWhole reads those of the flows that are not read yet and differ from their file.
func (m *matcher) readWhole(ctx context.Context, flows []*stored) error {
	byID := map[string]*stored{}
	for _, at := range flows {
		if !at.same && !at.read {
			byID[at.id] = at
		}
	}
	return m.getAll(ctx, slices.Collect(maps.Keys(byID)), func(id string, f flow.Flow, err error) error {
		switch {
		case isGone(err): // since it was listed
			at := byID[id]
			is := func(other *stored) bool { return other == at }
			delete(m.seen, id)
			m.others, m.named[at.name] = slices.DeleteFunc(m.others, is), slices.DeleteFunc(m.named[at.name], is)
			for _, it := range m.items {
				if it.match == at {
					it.match = nil
				}
			}
			return nil
		case err != nil:
			return err
		}
		return m.keep(byID[id], f)
	})
}

// missing returns the ids of the flows to read, sorted: those that rank before every known
// flow of a file, and those of files that are gone.
func (m *matcher) missing() []string {
	wanted := map[string]bool{}
	for _, it := range m.picked() {
		for _, want := range it.ids {
			if m.seen[want.id] != nil {
				break
			}
			wanted[want.id] = true
		}
	}
	for id, file := range m.noted {
		if m.picks(file) && !m.files[file] {
			wanted[id] = true
		}
	}
	var ids []string
	for id := range wanted {
		if m.seen[id] == nil && !m.asked[id] && lookup.IsID(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// find returns the first of a file's ids that belongs to a flow, seen or hidden; the zero
// value if there is none.
func (m *matcher) find(it *item) candidate {
	for _, want := range it.ids {
		if m.seen[want.id] != nil || m.hidden[want.id] {
			return want
		}
	}
	return candidate{}
}

// renamed adds to origins the files without an id whose content is that of a file in the
// lock that is gone.
func (m *matcher) renamed(files []Source, origins map[string]string) error {
	moved := map[string]bool{}
	for _, from := range origins {
		moved[from] = true
	}
	gone := map[string][]string{} // files by their content
	for _, file := range m.lock.Files(m.Profile) {
		if m.files[file] || moved[file] {
			continue
		}
		for _, d := range m.lock.Digests(file, m.Profile) {
			gone[d.Content] = append(gone[d.Content], file)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	heirs := map[string][]string{}
	for _, f := range files {
		if f.ID != "" || m.lock.lines[f.Path] != nil || origins[f.Path] != "" {
			continue
		}
		spec, err := f.Spec()
		if err != nil {
			return err
		}
		content := digest.Of(m.kept(spec)).Content
		heirs[content] = append(heirs[content], f.Path)
	}
	for content, files := range heirs {
		if len(files) == 1 && len(gone[content]) == 1 {
			origins[files[0]] = gone[content][0]
		}
	}
	return nil
}

// HiddenError reports that the caller may not see the flows of files.
type HiddenError struct {
	Files   []string // sorted
	ByLock  bool     // the lock knows all of these flows; else the files name some by id
	Profile string
	User    string // the caller's e-mail address or name
}

// Error names the files, up to a few.
func (e *HiddenError) Error() string {
	names, more := e.Files, ""
	if len(names) > 5 {
		names, more = names[:5], ", …"
	}
	who := LockName + " knows"
	if !e.ByLock {
		who = "the files name"
	}
	return fmt.Sprintf("%s %d of these flows on %s, but %s may not see them: %s%s; sign in as somebody who may, or have them shared with you",
		who, len(e.Files), e.Profile, e.User, strings.Join(names, ", "), more)
}

// checkVisible returns a *[HiddenError] if there are files whose flows the caller may not
// see.
func (m *matcher) checkVisible(ctx context.Context) error {
	e := &HiddenError{ByLock: true, Profile: m.Profile}
	for _, it := range m.picked() {
		if it.hidden.id != "" {
			e.Files = append(e.Files, it.Path)
			e.ByLock = e.ByLock && it.hidden.how == ByLock
		}
	}
	if e.Files == nil {
		return nil
	}
	slices.Sort(e.Files)
	me, err := m.c.Auth.Whoami(ctx)
	if err != nil {
		return err
	}
	e.User = userName(me)
	return e
}

func userName(u client.User) string {
	for _, name := range []string{u.Email, u.Name} {
		if name != "" {
			return name
		}
	}
	return u.ID
}

// kept returns a flow with the fields that the server keeps.
func (t traits) kept(s flow.Spec) flow.Spec {
	if t.lossless {
		return s
	}
	s.Meta = nil
	for _, m := range s.Unknown() {
		s.SetUnknown(m.Key, nil)
	}
	return s
}
