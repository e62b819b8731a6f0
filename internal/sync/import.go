package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Exists is what an import does with a flow that exists: one of the caller's own with the
// id that flowctl.lock has for the file, or else the id in the file, or else its name.
type Exists string

// What an import may do.
const (
	ExistsFail      Exists = "fail"
	ExistsSkip      Exists = "skip"
	ExistsUpdate    Exists = "update"
	ExistsDuplicate Exists = "duplicate" // nothing exists: make another one
)

// ClashError reports why a flow is not imported.
type ClashError struct{ Why string }

func (e *ClashError) Error() string { return e.Why }

// importing finds the flows of the files of an import.
func (m *matcher) importing(ctx context.Context) error {
	if m.Exists == ExistsDuplicate {
		return nil
	}
	if err := m.list(ctx); err != nil {
		return err
	}
	m.findEarlier()
	claimed, wanted := map[*stored]bool{}, map[string]int{} // by name: the files whose ids the server does not have
	for _, it := range m.items {
		if it.earlier != nil {
			continue
		}
		best := m.find(it)
		if it.match, it.how = m.seen[best.id], best.how; it.match != nil {
			claimed[it.match] = true
		} else {
			wanted[it.Name]++
		}
	}
	for _, it := range m.items {
		var free []*stored
		for _, at := range m.named[it.Name] {
			if !claimed[at] {
				free = append(free, at)
			}
		}
		var err error
		if it.clash, err = m.settle(it, free, wanted[it.Name]); err != nil {
			return err
		}
		if it.skip && it.match != nil {
			claimed[it.match] = true
		}
	}
	return nil
}

// findEarlier finds the files that are the same flow as an earlier file: by an id, or by the
// name if one of the two has no id.
func (m *matcher) findEarlier() {
	ids, byID, byName := map[*item]string{}, map[string]*item{}, map[string]*item{}
	for _, it := range m.items {
		ids[it] = cmp.Or(m.find(it).id, it.ID)
		id, named := ids[it], byName[it.Name]
		switch {
		case id != "" && byID[id] != nil:
			it.earlier = byID[id]
		case named != nil && (id == "" || ids[named] == ""):
			it.earlier = named
		default:
			byID[id] = it
			if named == nil {
				byName[it.Name] = it
			}
		}
	}
}

// settle decides about a file, and returns why it is not imported, "" if it is. free are the
// flows of its name that belong to no file, and wanted the number of files that they may
// belong to.
func (m *matcher) settle(it *item, free []*stored, wanted int) (why string, err error) {
	switch {
	case it.earlier != nil:
		return m.settleEarlier(it)
	case m.Exists == ExistsFail && it.match != nil:
		return fmt.Sprintf("flow %s %q exists already", it.match.id, it.match.name), nil
	case m.Exists == ExistsFail && len(free) > 0:
		return fmt.Sprintf("a flow named %q exists already: %s", it.Name, idsOfAll(free)), nil
	case it.match != nil, len(free) == 0:
	case m.Exists == ExistsSkip:
		it.match = free[0]
	case len(free) > 1:
		return fmt.Sprintf("%q means %d flows: %s; %s", it.Name, len(free), idsOfAll(free),
			it.hint(`an "id" in the file chooses which one to update`, "put the id of one of these into the file")), nil
	case wanted > 1:
		return fmt.Sprintf("%d of the flows to import are named %q, like flow %s; %s", wanted, it.Name, free[0].id,
			it.hint(`its "id" chooses which one updates it`, "put the id of that flow into the file that is to update it")), nil
	default:
		it.match, it.how = free[0], ByName
	}
	it.skip = m.Exists == ExistsSkip && it.match != nil
	return "", nil
}

// settleEarlier is settle for a file that is the same flow as an earlier one.
func (m *matcher) settleEarlier(it *item) (why string, err error) {
	by := fmt.Sprintf("name %q", it.Name)
	if it.ID != "" && it.ID == it.earlier.ID {
		by = "id " + it.ID
	}
	if m.Exists != ExistsSkip {
		return fmt.Sprintf("is the same flow as %s (%s); take one of them out, or import both with --if-exists duplicate", it.earlier.Path, by), nil
	}
	spec, err := it.Spec()
	if err != nil {
		return "", err
	}
	first, err := it.earlier.Spec()
	if err != nil {
		return "", err
	}
	if len(flow.Diff(spec, first)) > 0 {
		return fmt.Sprintf("would be the same flow as %s (%s) and differs from it; give each an id of its own, or import both with --if-exists duplicate", it.earlier.Path, by), nil
	}
	it.skip = true
	return "", nil
}

// hint returns what to do if it is not clear which flow the file belongs to.
func (it *item) hint(withoutID, withForeignID string) string {
	if it.ID == "" {
		return withoutID
	}
	return fmt.Sprintf("the file's id %.40s is not on this server; %s", it.ID, withForeignID)
}

func idsOfAll(flows []*stored) string {
	var ids []string
	for _, at := range flows {
		ids = append(ids, at.id)
	}
	return strings.Join(ids, ", ")
}

// madeMeanwhile returns the flow that another import created under the chosen id since this
// one listed the flows; with [ExistsSkip] it is skipped.
func (a *applier) madeMeanwhile(ctx context.Context, r *Result) (flow.Flow, error) {
	id := r.Step.ID
	f, err := a.c.Flows.Get(ctx, id)
	switch {
	case err != nil && !errors.Is(err, client.ErrNotFound):
		return f, fmt.Errorf("look at flow %s, which another import made meanwhile: %w", id, err)
	case f.Name != r.Name:
		return f, &ClashError{fmt.Sprintf("another import made it meanwhile, as flow %s, which is something else by now; run it again", id)}
	case a.p.exists != ExistsSkip:
		return f, &ClashError{fmt.Sprintf("another import made it meanwhile, as flow %s; run it again with --if-exists skip or update", id)}
	}
	r.Action = Skip
	return f, nil
}

// imported completes the steps of an import: it links skipped steps to the earlier step of
// the same flow, and adds to refused ones who changed the flow.
func (m *matcher) imported(ctx context.Context, p *Plan) {
	at := map[*item]int{}
	for i, it := range m.items {
		s := &p.Steps[i]
		at[it] = i + 1
		if s.Action == Skip {
			s.earlier = at[it.earlier]
		}
		if s.Action == Refuse && s.Err == nil {
			who := changedBy(ctx, m.c, flow.Flow{ID: s.ID, UserID: it.match.owner, UpdatedAt: it.match.updated})
			s.Why += " (" + who + "), it differs in " + subjects(s.Changes)
		}
	}
}

// compares reports whether files are compared with the content of stored flows.
func (m *matcher) compares() bool { return m.Exists == "" || m.Exists == ExistsUpdate }
