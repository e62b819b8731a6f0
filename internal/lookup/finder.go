// Package lookup finds out what a user means by the name of a flow, and whose a flow is:
// flowctl's server is asked, the lists of Open WebUI are searched.
package lookup

import (
	"context"
	"errors"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// MinPrefix is the fewest characters of an id that stand for the whole.
const MinPrefix = 4

// Finder finds the flows that names and ids mean. flowctl's server is asked for each; of
// Open WebUI's lists one serves for all. It is not safe for concurrent use.
type Finder struct {
	c       *client.Client
	deleted bool                          // what was deleted and can be restored is looked through
	listed  map[client.Access][]flow.Flow // lists of Open WebUI that were needed
}

// NewFinder returns a finder of the flows that [List] returns and, where none of those is
// meant, of what the caller may otherwise reach: what they may only change, or, for an
// admin, what is private to others.
func NewFinder(c *client.Client) *Finder { return &Finder{c: c} }

// NewBinFinder returns a finder of the flows that the caller has deleted and can restore.
func NewBinFinder(c *client.Client) *Finder { return &Finder{c: c, deleted: true} }

// Find returns the flows that ref may mean, without their graphs: the one with that
// id, else those of exactly that name, else those whose id begins with ref, which is
// at least [MinPrefix] characters long then. It returns none if there are none.
func (f *Finder) Find(ctx context.Context, ref string) ([]flow.Flow, error) {
	found, err := f.find(ctx, ref, client.AccessRead)
	if err == nil && len(found) == 0 && !f.deleted {
		return f.find(ctx, ref, client.AccessAny)
	}
	return found, err
}

func (f *Finder) find(ctx context.Context, ref string, access client.Access) ([]flow.Flow, error) {
	if listed := f.listed[access]; listed != nil {
		return pick(listed, ref), nil
	}
	named, err := f.list(ctx, client.ListOptions{Name: ref, Access: access})
	if err != nil {
		return nil, err
	}
	can, err := f.c.Capabilities(ctx) // which that answer has shown, if it is flowctl's server
	switch {
	case err != nil:
		return nil, err
	case can.ChosenIDs:
		return f.ask(ctx, ref, named, access)
	}
	if f.listed == nil {
		f.listed = map[client.Access][]flow.Flow{}
	}
	f.listed[access] = named
	return pick(named, ref), nil
}

// ask asks flowctl's server for what has ref as its id or the beginning of that, too.
func (f *Finder) ask(ctx context.Context, ref string, named []flow.Flow, access client.Access) ([]flow.Flow, error) {
	found := named
	if len(ref) < MinPrefix && IsID(ref) && !f.deleted {
		f, err := f.c.Flows.Get(ctx, ref)
		switch {
		case err == nil:
			return []flow.Flow{f}, nil
		case !errors.Is(err, client.ErrNotFound) && !errors.Is(err, client.ErrForbidden):
			return nil, err
		}
	}
	for _, id := range []string{ref, strings.ToLower(ref)} {
		if len(id) < MinPrefix || !IsID(id) || id != ref && len(found) > len(named) {
			continue
		}
		more, err := f.list(ctx, client.ListOptions{IDPrefix: id, Access: access})
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return pick(found, ref), nil
}

func (f *Finder) list(ctx context.Context, opts client.ListOptions) ([]flow.Flow, error) {
	if opts.Deleted = f.deleted; f.deleted {
		opts.Access = ""
	} else {
		opts.Loose = true
	}
	return f.c.Flows.List(ctx, opts)
}

// pick returns those of the listed flows that ref means.
func pick(listed []flow.Flow, ref string) []flow.Flow {
	var byName, byPrefix []flow.Flow
	seen := make(map[string]bool)
	id := strings.ToLower(ref)
	for _, f := range listed {
		switch {
		case f.ID == ref, f.ID == id:
			return []flow.Flow{f}
		case seen[f.ID]:
		case f.Name == ref:
			byName = append(byName, f)
		case len(ref) >= MinPrefix && (strings.HasPrefix(f.ID, ref) || strings.HasPrefix(f.ID, id)):
			byPrefix = append(byPrefix, f)
		}
		seen[f.ID] = true
	}
	if byName != nil {
		return byName
	}
	return byPrefix
}

// IsID reports whether [client.FlowsService.Put] takes an id.
func IsID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && (c == '.' || c == '-' || c == '_'):
		default:
			return false
		}
	}
	return id != "" && len(id) <= 128 && id != "create" && id != "import" && id != "accessible"
}
