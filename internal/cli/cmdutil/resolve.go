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

// maxCandidates is how many flows are listed when a ref is ambiguous.
const maxCandidates = 10

// NameHelp explains NAME in the help of every command that takes one.
const NameHelp = `NAME is a flow's exact name, its id, or the first characters of its id (4 or
more).`

// Resolve finds the id of the flow that ref means: its id, else a flow of
// exactly this name, else a unique prefix of an id. A UUID costs no request: the
// call that uses the id fails if there is no such flow.
func Resolve(ctx context.Context, c *client.Client, ref string) (string, error) {
	flows, err := ResolveFlows(ctx, c, []string{ref})
	if err != nil {
		return "", err
	}
	return flows[0].ID, nil
}

// ResolveFlows is Resolve for several refs, and returns what it saw of the flows: of a
// UUID, for which nothing is asked, the id alone. Refs of the same flow are one.
func ResolveFlows(ctx context.Context, c *client.Client, refs []string) ([]flow.Flow, error) {
	found, err := resolveVersions(ctx, c, refs)
	flows := make([]flow.Flow, len(found))
	for i, r := range found {
		if flows[i] = r.Flow; r.Version != "" {
			return nil, Usage(fmt.Errorf("%s names a version of a flow, and this command takes no versions; see 'flowctl help versions'", output.Quoted(r.Name+"@"+r.Version)))
		}
	}
	return flows, err
}

// ResolveDeleted is ResolveFlows for flows that were deleted and can be restored.
func ResolveDeleted(ctx context.Context, c *client.Client, refs []string) ([]flow.Flow, error) {
	finder := lookup.NewBinFinder(c)
	var flows []flow.Flow
	var errs []error
	for _, ref := range refs {
		found := []flow.Flow{{ID: strings.ToLower(ref)}}
		var err error
		if !isUUID(ref) {
			if found, err = finder.Find(ctx, ref); err != nil {
				return nil, err
			}
		}
		f, err := only(ref, found)
		if len(found) == 0 {
			err = fmt.Errorf("no deleted flow %s: %w; see 'flowctl list --deleted'", output.Quoted(ref), client.ErrNotFound)
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
func resolveVersions(ctx context.Context, c *client.Client, refs []string) ([]VersionRef, error) {
	if slices.Contains(refs, "") {
		return nil, Usage(errors.New("a NAME is empty; give an id or a name"))
	}
	finder := lookup.NewFinder(c)
	var flows []VersionRef
	var errs []error
	seen := make(map[[2]string]bool)
	for _, ref := range refs {
		r := VersionRef{Flow: flow.Flow{ID: strings.ToLower(ref)}, Name: ref}
		if !isUUID(ref) {
			found, version, err := finder.FindVersion(ctx, ref)
			if errors.As(err, new(*lookup.VersionError)) {
				err = Usage(err)
			}
			if err != nil {
				return nil, err
			}
			if r.Version = version; version != "" {
				r.Name, _, _ = lookup.CutVersion(ref)
			}
			if r.Flow, err = only(r.Name, found); err != nil {
				if len(found) == 0 {
					err = fmt.Errorf("no flow %s: %w%s", output.Quoted(ref), client.ErrNotFound, closeNames(ctx, c, ref))
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

// only returns the one flow that ref means.
func only(ref string, found []flow.Flow) (flow.Flow, error) {
	switch len(found) {
	case 0:
		return flow.Flow{}, client.ErrNotFound
	case 1:
		return found[0], nil
	}
	return flow.Flow{}, Conflict(ambiguous(ref, found))
}

// closeNames returns what to type in place of a name that no flow has: one that is
// close to it, among the newest flows.
func closeNames(ctx context.Context, c *client.Client, ref string) string {
	const most = 1000 // flows that are looked at
	listed, err := c.Flows.List(ctx, client.ListOptions{Access: client.AccessRead, Limit: most})
	if err != nil {
		return "; see 'flowctl list'"
	}
	if files.Exists(ref) {
		return "; this command takes flows of the server, and that is a file or folder"
	}
	names := make([]string, len(listed))
	for i, f := range listed {
		if strings.HasPrefix(f.ID, strings.ToLower(ref)) {
			return fmt.Sprintf("; ids need %d characters: did you mean %s, which is %s?", lookup.MinPrefix, f.ID, output.Quoted(f.Name))
		}
		names[i] = output.Text(f.Name)
	}
	return cmp.Or(spell.DidYouMean(ref, names), "; see 'flowctl list'")
}

func ambiguous(ref string, found []flow.Flow) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s means %d flows; give the id of one:", output.Quoted(ref), len(found))
	for _, f := range found[:min(len(found), maxCandidates)] {
		fmt.Fprintf(&b, "\n  %s  %s", f.ID, output.Text(f.Name))
	}
	if more := len(found) - maxCandidates; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return errors.New(b.String())
}

// isUUID reports whether ref has the shape of the ids that servers choose.
func isUUID(ref string) bool { return len(ref) == 36 && uuid.Validate(ref) == nil }
