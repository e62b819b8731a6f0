package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// minPrefix is the fewest characters of an id that stand for the whole.
const minPrefix = 4

// refHelp explains REF in the help of every command that takes one.
const refHelp = `REF is a flow's id, a unique prefix of it (at least 4 characters), or its exact name.`

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

// resolveAll is resolve for several refs, with one list for all of them.
func resolveAll(ctx context.Context, c *client.Client, refs []string) ([]string, error) {
	ids := make([]string, len(refs))
	var flows []flow.Flow
	var errs []error
	for i, ref := range refs {
		if ref == "" {
			return nil, usageError{errors.New("a REF is empty; give an id or a name")}
		}
		if isUUID(ref) {
			ids[i] = ref
			continue
		}
		if flows == nil {
			var err error
			if flows, err = c.Flows.List(ctx, client.ListOptions{Accessible: true}); err != nil {
				return nil, err
			}
		}
		id, err := match(flows, ref)
		errs = append(errs, err)
		ids[i] = id
	}
	return ids, errors.Join(errs...)
}

// match picks the flow that ref means.
func match(flows []flow.Flow, ref string) (string, error) {
	var byName, byPrefix []flow.Flow
	for _, f := range flows {
		switch {
		case f.ID == ref:
			return f.ID, nil
		case f.Name == ref:
			byName = append(byName, f)
		case len(ref) >= minPrefix && strings.HasPrefix(f.ID, strings.ToLower(ref)):
			byPrefix = append(byPrefix, f)
		}
	}
	found := byName
	if len(found) == 0 {
		found = byPrefix
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no flow %q: %w; see 'flowctl list'", ref, client.ErrNotFound)
	case 1:
		return found[0].ID, nil
	}
	return "", conflictError{ambiguous(ref, found)}
}

func ambiguous(ref string, found []flow.Flow) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%q means %d flows; give the id of one:", ref, len(found))
	for _, f := range found {
		fmt.Fprintf(&b, "\n  %s  %s", f.ID, output.Text(f.Name))
	}
	return errors.New(b.String())
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
