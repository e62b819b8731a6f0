package cmdutil

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// maxCandidates is how many flows are listed for an ambiguous name.
const maxCandidates = 10

// NameHelp explains NAME in the help of every command that takes one.
const NameHelp = `NAME is a flow's exact name, its id, or the first characters of its id (4 or
more).`

// Resolve returns the id of the flow that name stands for: an id, else the exact name of a
// flow, else a unique prefix of an id. A UUID is returned without a request: if no flow has
// it, the call that uses it fails.
func Resolve(ctx context.Context, c *client.Client, name string) (string, error) {
	flows, err := ResolveFlows(ctx, c, []string{name})
	if err != nil {
		return "", err
	}
	return flows[0].ID, nil
}

// ResolveFlows is [Resolve] for several names, and returns what it has read of the flows: of a
// UUID, only the id. Names of the same flow are one flow.
func ResolveFlows(ctx context.Context, c *client.Client, names []string) ([]flow.Flow, error) {
	found, err := resolveVersions(ctx, c, names)
	flows := make([]flow.Flow, len(found))
	for i, r := range found {
		if flows[i] = r.Flow; r.Version != "" {
			return nil, Usage(fmt.Errorf("%s names a version of a flow, and this command takes no versions; see 'flowctl help versions'", output.Quoted(r.Name+"@"+r.Version)))
		}
	}
	return flows, err
}

// ResolveDeleted is [ResolveFlows] for flows that were deleted and can be restored.
func ResolveDeleted(ctx context.Context, c *client.Client, names []string) ([]flow.Flow, error) {
	finder := lookup.NewBinFinder(c)
	var flows []flow.Flow
	var errs []error
	for _, name := range names {
		found := []flow.Flow{{ID: strings.ToLower(name)}}
		var err error
		if !IsUUID(name) {
			if found, err = finder.Find(ctx, name); err != nil {
				return nil, err
			}
		}
		f, err := only(name, found)
		if len(found) == 0 {
			err = fmt.Errorf("no deleted flow %s: %w; see 'flowctl list --deleted'", output.Quoted(name), client.ErrNotFound)
		}
		if errs = append(errs, err); err == nil && !slices.ContainsFunc(flows, func(other flow.Flow) bool { return other.ID == f.ID }) {
			flows = append(flows, f)
		}
	}
	return flows, errors.Join(errs...)
}

// VersionRef is a flow that was named, as far as it was seen, and which version of it.
type VersionRef struct {
	flow.Flow
	Name    string // as it was given, without the version
	Version string // as [lookup.ParseVersion] returns it, "" for the flow as it is
}

// resolveVersions is ResolveFlows for NAME@VERSION, too.
func resolveVersions(ctx context.Context, c *client.Client, names []string) ([]VersionRef, error) {
	if slices.Contains(names, "") {
		return nil, Usage(errors.New("a NAME is empty; give an id or a name"))
	}
	finder := lookup.NewFinder(c)
	var flows []VersionRef
	var errs []error
	seen := make(map[[2]string]bool)
	for _, name := range names {
		r := VersionRef{Flow: flow.Flow{ID: strings.ToLower(name)}, Name: name}
		if !IsUUID(name) {
			found, version, err := finder.FindVersion(ctx, name)
			if errors.As(err, new(*lookup.VersionError)) {
				err = Usage(err)
			}
			if err != nil {
				return nil, err
			}
			if r.Version = version; version != "" {
				r.Name, _, _ = lookup.CutVersion(name)
			}
			if r.Flow, err = only(r.Name, found); err != nil {
				if len(found) == 0 {
					bare, _, _ := lookup.CutVersion(name)
					err = fmt.Errorf("no flow %s: %w%s", output.Quoted(name), client.ErrNotFound, closeNames(ctx, c, bare))
				}
				errs = append(errs, err)
				continue
			}
		}
		if key := [2]string{r.ID, r.Version}; !seen[key] {
			seen[key] = true
			flows = append(flows, r)
		}
	}
	return flows, errors.Join(errs...)
}

// only returns the one flow of found, or an error if there are more or none.
func only(name string, found []flow.Flow) (flow.Flow, error) {
	switch len(found) {
	case 0:
		return flow.Flow{}, client.ErrNotFound
	case 1:
		return found[0], nil
	}
	return flow.Flow{}, Conflict(ambiguous(name, found))
}

// closeNames returns a hint for a name that no flow has: the closest name of the newest
// flows.
func closeNames(ctx context.Context, c *client.Client, name string) string {
	const most = 1000 // flows that are looked at
	listed, err := c.Flows.List(ctx, client.ListOptions{Access: client.AccessRead, Limit: most})
	if err != nil {
		return "; see 'flowctl list'"
	}
	if files.Exists(name) {
		return "; this command takes flows of the server, and that is a file or folder"
	}
	names := make([]string, len(listed))
	for i, f := range listed {
		if strings.HasPrefix(f.ID, strings.ToLower(name)) {
			return fmt.Sprintf("; ids need %d characters: did you mean %s, which is %s?", lookup.MinPrefix, f.ID, output.Quoted(f.Name))
		}
		names[i] = output.Text(f.Name)
	}
	return cmp.Or(spell.DidYouMean(name, names), "; see 'flowctl list'")
}

func ambiguous(name string, found []flow.Flow) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s means %d flows; give the id of one:", output.Quoted(name), len(found))
	for _, f := range found[:min(len(found), maxCandidates)] {
		fmt.Fprintf(&b, "\n  %s  %s", f.ID, output.Text(f.Name))
	}
	if more := len(found) - maxCandidates; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return errors.New(b.String())
}

// WholeID returns the one of the ids that ref is, or is the beginning of. It returns ref
// if no id matches: the call that uses it then fails with not found.
func WholeID(ref string, ids []string) (string, error) {
	if slices.Contains(ids, ref) || len(ref) < lookup.MinPrefix {
		return ref, nil
	}
	var found []string
	for _, id := range ids {
		if strings.HasPrefix(id, strings.ToLower(ref)) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return ref, nil
	case 1:
		return found[0], nil
	}
	return "", Conflict(fmt.Errorf("%s is the beginning of %d ids; give more of one: %s",
		output.Quoted(ref), len(found), strings.Join(found[:min(len(found), maxCandidates)], ", ")))
}

// IsUUID reports whether ref has the shape of the ids that servers choose.
func IsUUID(ref string) bool { return len(ref) == 36 && uuid.Validate(ref) == nil }
