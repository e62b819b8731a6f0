package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// MissingError lists the names of an environment that the server does not have.
type MissingError struct{ Missing []string }

// Error has a line for each.
func (e *MissingError) Error() string {
	return "the server lacks what the environment names:\n  " + strings.Join(e.Missing, "\n  ")
}

// Resolve replaces the environment's names by ids from the server's lists. A name that specs
// use and that is not in its list is a *[MissingError]. unknown names the lists that the
// server does not have, or not for this account; names of these are taken for ids.
func (e *Env) Resolve(ctx context.Context, c *client.Client, specs iter.Seq2[flow.Spec, error]) (unknown []string, err error) {
	used := map[string]map[string]bool{}
	for s, err := range specs {
		if err != nil {
			return nil, err
		}
		e.substitute(s, func(k kind, _, id string) string {
			if used[k.what] == nil {
				used[k.what] = map[string]bool{}
			}
			used[k.what][id] = true
			return id
		})
	}
	lists := map[string]func(context.Context) ([]client.Entry, error){
		"models": c.Directory.Models, "knowledge bases": c.Directory.KnowledgeBases, "groups": c.Directory.Groups, "users": c.Directory.Users,
	}
	missing := &MissingError{}
	found := map[word]string{} // what is shown for the ids that variables stand for
	var looked []word          // the names that they stood for before
	for _, k := range e.kinds() {
		if len(k.names) == 0 {
			continue
		}
		entries, err := lists[k.what](ctx)
		find := func(to string) (id, why string, err error) {
			id, why = resolveEntry(entries, to)
			return id, why, nil
		}
		switch {
		case k.what == "users" && (errors.Is(err, client.ErrForbidden) || errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrNotFound)):
			people := lookup.NewPeople(c)
			find = func(to string) (id, why string, err error) { return searchUser(ctx, people, to) }
		case errors.Is(err, client.ErrNotFound):
			unknown = append(unknown, k.what)
			continue
		case err != nil:
			return nil, err
		}
		for _, from := range slices.Sorted(maps.Keys(k.names)) {
			if k.what == "users" && !used[k.what][from] {
				continue // may be nobody that this account can find
			}
			id, why, err := find(k.names[from])
			if err != nil {
				return nil, err
			}
			text, variable := e.shown[word{k.what, k.names[from]}]
			switch {
			case why == "":
				if variable {
					found[word{k.what, id}] = text
					looked = append(looked, word{k.what, k.names[from]})
				}
				k.names[from] = id
			case used[k.what][from]:
				if variable { // why may hold the value
					why = "is not there, or is the name of several"
				}
				missing.Missing = append(missing.Missing, fmt.Sprintf("%s: %s (for %s) %s", k.what, cmp.Or(text, k.names[from]), from, why))
			}
		}
	}
	e.used = used
	for _, name := range looked {
		delete(e.shown, name)
	}
	maps.Copy(e.shown, found)
	if missing.Missing != nil {
		return nil, missing
	}
	return unknown, nil
}

// Doubts returns warnings about the environment after [Env.Resolve]: models that the flows
// use and that are not mapped although others are and, if whole is set because these were
// all flows of the folder, names that none of them uses.
func (e *Env) Doubts(whole bool) []string {
	var doubts []string
	for _, k := range e.kinds() {
		for _, from := range slices.Sorted(maps.Keys(k.names)) {
			if whole && !e.used[k.what][from] {
				doubts = append(doubts, fmt.Sprintf("%s: no flow uses %.80q", k.what, from))
			}
		}
	}
	if len(e.Models) == 0 {
		return doubts
	}
	for _, id := range slices.Sorted(maps.Keys(e.used["models"])) {
		if _, ok := e.Models[id]; !ok {
			doubts = append(doubts, fmt.Sprintf("models: %.80q is not mapped; if the server calls it so, too, add the line %s: %s", id, id, id))
		}
	}
	return doubts
}

// searchUser is resolveEntry for users where the account may not list them.
func searchUser(ctx context.Context, people *lookup.People, to string) (id, why string, err error) {
	u, err := people.User(ctx, to)
	unclear := (*lookup.UnclearError)(nil)
	switch {
	case errors.As(err, &unclear):
		var likely []string
		for _, u := range unclear.Found {
			likely = append(likely, fmt.Sprintf("%s (%s)", u.ID, u.Name))
		}
		return "", "may be several; write the id: " + strings.Join(likely, ", "), nil
	case errors.Is(err, client.ErrNotFound):
		return "", "is not there", nil
	}
	return u.ID, "", err
}

// resolveEntry returns the id of the entry that has the id, or else as the only one the name
// or e-mail, to. why is the reason if there is none, else "".
func resolveEntry(entries []client.Entry, to string) (id, why string) {
	var called []string
	for _, e := range entries {
		if e.ID == to {
			return to, ""
		}
		if e.Name == to || e.Email == to {
			called = append(called, e.ID)
		}
	}
	switch len(called) {
	case 0:
		return "", "is not there"
	case 1:
		return called[0], ""
	}
	return "", "is the name of several: " + strings.Join(called, ", ")
}
