package sync

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// FileState is the state of a file and its flow. For a flow without a file, File is "" unless
// the lock has its former file.
type FileState struct {
	File  string `json:"file"`
	ID    string `json:"id"` // of the flow on the server; "" if there is none
	Name  string `json:"name"`
	State State  `json:"state"`
	Note  string `json:"note,omitempty"` // what there is to know of the state

	Updated int64  `json:"updated_at,omitzero"` // of a flow that has changed there, or is only there, epoch seconds
	Owner   string `json:"owner,omitempty"`     // its owner: a name, else the id
	Shared  bool   `json:"shared,omitzero"`     // others than the owner may have changed it
}

// Status compares files with the flows on a server, as [NewPlan] does, and returns the state
// of each. It only reads; what NewPlan refuses is a state here. The flows in the lock whose
// files are gone follow at the end. If all files are picked, so do all other flows that the
// caller may change with opts.Others; without it, more is their number.
func Status(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) (states []FileState, more int, err error) {
	all := opts.Others
	opts.Others = opts.Picked == nil
	m, err := match(ctx, c, files, lock, opts)
	if err != nil {
		return nil, 0, err
	}
	for _, it := range m.picked() {
		s, err := m.status(it)
		if err != nil {
			return nil, 0, err
		}
		states = append(states, s)
	}
	slices.SortFunc(states, func(a, b FileState) int { return strings.Compare(a.File, b.File) })
	states = append(states, m.gone()...)
	for _, at := range m.withoutFile() {
		if !all {
			more++
			continue
		}
		states = append(states, FileState{ID: at.id, Name: at.name, State: OnlyThere, Updated: at.updated, Owner: at.owner})
	}
	return states, more, m.owners(ctx, states)
}

// status compares a file with its flow.
func (m *matcher) status(it *item) (FileState, error) {
	s := FileState{File: it.Path, Name: it.Name, State: OnlyHere}
	switch at := it.match; {
	case it.hidden.id != "":
		s.ID, s.State = it.hidden.id, NotVisible
	case it.wants != nil:
		s.Note = adoptable(it)
	case at == nil:
		if m.lock.ID(it.Path, m.Profile) != "" {
			s.Note = "its flow was deleted there"
		}
	default:
		file, err := it.Spec()
		if err != nil {
			return s, err
		}
		v := m.verdict(it, file)
		s.ID, s.State = at.id, v.State
		switch s.State {
		case ChangedThere, ChangedBoth, Unknown:
			s.Updated, s.Owner, s.Shared = at.updated, at.owner, isShared(at.access)
		}
		switch {
		case s.State == ChangedThere && m.takenBack(it, file):
			s.Note = takenBack
		case s.State == Unknown:
			s.Note = LockName + " does not have what it was before"
		case s.State == Same && v.Layout == ChangedHere:
			s.State, s.Note = ChangedHere, "nothing but the layout"
		case s.State == Same && (v.Layout == ChangedBoth || v.Layout == Unknown):
			s.Note = "but for the layout; that of the server stays"
		}
	}
	return s, nil
}

// gone returns the states of the flows in the lock whose files are gone.
func (m *matcher) gone() []FileState {
	claimed := m.claimed()
	var states []FileState
	for _, file := range m.lock.Files(m.Profile) {
		id := m.lock.ID(file, m.Profile)
		if m.files[file] || claimed[id] || !m.picks(file) {
			continue
		}
		s := FileState{File: file, ID: id, State: OnlyThere, Note: "its file is gone"}
		switch at := m.seen[id]; {
		case at != nil:
			s.Name, s.Updated, s.Owner = at.name, at.updated, at.owner
		case m.hidden[id]:
			s.State = NotVisible
		default:
			continue // gone on both sides
		}
		states = append(states, s)
	}
	return states
}

// claimed returns the ids of the flows that belong to files.
func (m *matcher) claimed() map[string]bool {
	claimed := map[string]bool{}
	for _, it := range m.items {
		if it.match != nil {
			claimed[it.match.id] = true
		}
	}
	return claimed
}

// withoutFile returns the listed flows that neither a file nor the lock has.
func (m *matcher) withoutFile() []*stored {
	if !m.Others {
		return nil
	}
	claimed := m.claimed()
	out := m.others
	for _, list := range m.named {
		for _, at := range list {
			if !claimed[at.id] && m.noted[at.id] == "" {
				out = append(out, at)
			}
		}
	}
	slices.SortFunc(out, func(a, b *stored) int { return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.id, b.id)) })
	return out
}

// owners adds the owner to the states of flows that changed on the server.
func (m *matcher) owners(ctx context.Context, states []FileState) error {
	var asking errgroup.Group
	asking.SetLimit(gets)
	for i := range states {
		s := &states[i]
		if s.Updated == 0 || s.State == OnlyThere || s.Owner != "" {
			continue
		}
		asking.Go(func() error {
			f, err := m.c.Flows.Get(ctx, s.ID) // the lists of Open WebUI have no owner
			if err != nil {
				return nil //nolint:nilerr // who it was is not known then
			}
			s.Owner, s.Shared = f.UserID, isShared(f.AccessControl)
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		return err
	}
	return m.nameOwners(ctx, states)
}

// isShared reports whether others than the owner may change a flow.
func isShared(access json.RawMessage) bool {
	a, _ := flow.ParseAccess(access)
	return len(a.Write.UserIDs)+len(a.Write.GroupIDs) > 0
}

// nameOwners replaces the ids of owners by names, where the caller may see them.
func (m *matcher) nameOwners(ctx context.Context, states []FileState) error {
	if !slices.ContainsFunc(states, func(s FileState) bool { return s.Owner != "" }) {
		return nil
	}
	me, err := m.c.Auth.Whoami(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{me.ID: userName(me)}
	if slices.ContainsFunc(states, func(s FileState) bool { return s.Owner != "" && s.Owner != me.ID }) {
		users, err := m.c.Directory.Users(ctx)
		if err != nil { // that list is for administrators
			users, _, _ = m.c.Directory.SearchUsers(ctx, "") // where there is none, ids are shown
		}
		for _, u := range users {
			names[u.ID] = cmp.Or(names[u.ID], u.Email, u.Name)
		}
	}
	for i := range states {
		states[i].Owner = cmp.Or(names[states[i].Owner], states[i].Owner)
	}
	return nil
}
