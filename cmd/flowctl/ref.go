package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

const (
	minPrefix     = 4  // the fewest characters of an id that stand for the whole
	maxCandidates = 10 // so many flows are listed when a ref is ambiguous
)

// refHelp explains REF in the help of every command that takes one.
const refHelp = `REF is a flow's id, its exact name, or a unique prefix of its id (at least 4
characters).`

// resolve finds the id of the flow that ref means: its id, else a flow of
// exactly this name, else a unique prefix of an id. A UUID costs no request: that
// there is no such flow is told by the one that follows.
func resolve(ctx context.Context, c *client.Client, ref string) (string, error) {
	ids, err := resolveAll(ctx, c, []string{ref})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// resolveAll is resolve for several refs, with one list for all of them. Refs of
// the same flow give one id.
func resolveAll(ctx context.Context, c *client.Client, refs []string) ([]string, error) {
	flows, err := resolveFlows(ctx, c, refs)
	ids := make([]string, len(flows))
	for i, f := range flows {
		ids[i] = f.ID
	}
	return ids, err
}

// resolveFlows is resolveAll that gives what it saw of the flows: of a UUID that
// no list was asked for, the id alone.
func resolveFlows(ctx context.Context, c *client.Client, refs []string) ([]flow.Flow, error) {
	if slices.Contains(refs, "") {
		return nil, usageError{errors.New("a REF is empty; give an id or a name")}
	}
	var listed []flow.Flow
	if !allUUIDs(refs) {
		var err error
		if listed, err = c.Flows.List(ctx, client.ListOptions{Accessible: true}); err != nil {
			return nil, err
		}
	}
	var flows []flow.Flow
	var errs []error
	seen := make(map[string]bool)
	for _, ref := range refs {
		f, err := match(listed, ref)
		if err != nil {
			errs = append(errs, err)
		} else if !seen[f.ID] {
			seen[f.ID] = true
			flows = append(flows, f)
		}
	}
	return flows, errors.Join(errs...)
}

// match picks the flow that ref means. A UUID that is not listed may still be
// one: lists leave out what an administrator may read all the same.
func match(listed []flow.Flow, ref string) (flow.Flow, error) {
	var byName, byPrefix []flow.Flow
	id := strings.ToLower(ref)
	for _, f := range listed {
		switch {
		case f.ID == ref, f.ID == id:
			return f, nil
		case f.Name == ref:
			byName = append(byName, f)
		case len(ref) >= minPrefix && strings.HasPrefix(f.ID, id):
			byPrefix = append(byPrefix, f)
		}
	}
	found := byName
	if len(found) == 0 {
		found = byPrefix
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return flow.Flow{}, conflictError{ambiguous(ref, found)}
	case isUUID(ref):
		return flow.Flow{ID: id}, nil
	}
	return flow.Flow{}, fmt.Errorf("no flow %s: %w; see 'flowctl list'", quoted(ref), client.ErrNotFound)
}

func ambiguous(ref string, found []flow.Flow) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s means %d flows; give the id of one:", quoted(ref), len(found))
	for _, f := range found[:min(len(found), maxCandidates)] {
		fmt.Fprintf(&b, "\n  %s  %s", f.ID, output.Text(f.Name))
	}
	if more := len(found) - maxCandidates; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return errors.New(b.String())
}

// quoted is a text in a message, made short and harmless.
func quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return `"` + output.Text(s) + `"`
}

func allUUIDs(refs []string) bool {
	for _, ref := range refs {
		if !isUUID(ref) {
			return false
		}
	}
	return true
}

// isUUID tells whether ref has the shape of the ids that servers give.
func isUUID(ref string) bool {
	if len(ref) != 36 {
		return false
	}
	for i, r := range ref {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
