package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// MissingError names what an environment says a server has, and it has not.
type MissingError struct{ Missing []string }

// Error has a line for each.
func (e *MissingError) Error() string {
	return "the server lacks what the environment names:\n  " + strings.Join(e.Missing, "\n  ")
}

// Resolve looks up in the server's lists what the environment names, so that
// [Env.Forward] gives ids that are there. Only what specs use has to be: what is
// missing of it is a *[MissingError]. unknown names the lists that the server does
// not have; what they would hold is taken as it stands.
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
		"models": func(ctx context.Context) ([]client.Entry, error) {
			models, err := c.Models.List(ctx)
			var entries []client.Entry
			for _, m := range models {
				entries = append(entries, client.Entry{ID: m.ID, Name: m.Name})
			}
			return entries, err
		},
		"knowledge bases": c.Directory.KnowledgeBases, "groups": c.Directory.Groups, "users": c.Directory.Users,
	}
	missing := &MissingError{}
	for _, k := range e.kinds() {
		if len(k.names) == 0 {
			continue
		}
		entries, err := lists[k.what](ctx)
		if errors.Is(err, client.ErrNotFound) {
			unknown = append(unknown, k.what)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, from := range slices.Sorted(maps.Keys(k.names)) {
			id, why := resolveEntry(entries, k.names[from])
			switch {
			case why == "":
				if text, ok := e.shown[k.names[from]]; ok {
					e.shown[id] = text
				}
				k.names[from] = id
			case used[k.what][from]:
				missing.Missing = append(missing.Missing, fmt.Sprintf("%s: %s (for %s) %s", k.what, cmp.Or(e.shown[k.names[from]], k.names[from]), from, why))
			}
		}
	}
	if missing.Missing != nil {
		return nil, missing
	}
	return unknown, nil
}

// resolveEntry finds the id of what has the id, or else alone the name or e-mail,
// to; why is what is wrong, "" if nothing.
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
