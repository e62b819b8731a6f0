package client

import (
	"context"
	"errors"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// MinPrefix is the fewest characters of an id that stand for the whole.
const MinPrefix = 4

// Finder finds the flows that names and ids mean. Our server is asked for each; of the
// real backend's lists one serves for all. It is not safe for concurrent use.
type Finder struct {
	s      *FlowsService
	listed []flow.Flow // of the real backend
	whole  bool        // that has all there are
}

// NewFinder makes a finder of the flows that the caller may read or change.
func (s *FlowsService) NewFinder() *Finder { return &Finder{s: s} }

// Find returns the flows that ref may mean, without their graphs: the one with that
// id, else those of exactly that name, else those whose id begins with ref, which is
// at least [MinPrefix] characters long then. It returns none if there are none.
func (f *Finder) Find(ctx context.Context, ref string) ([]flow.Flow, error) {
	if !f.whole {
		named, err := f.list(ctx, ListOptions{Name: ref})
		switch {
		case err != nil:
			return nil, err
		case !f.s.c.knownOurs():
			f.listed, f.whole = named, true
		default:
			return f.ask(ctx, ref, named)
		}
	}
	return pick(f.listed, ref), nil
}

// ask looks in our server for what has ref as its id or the beginning of that, too.
func (f *Finder) ask(ctx context.Context, ref string, named []flow.Flow) ([]flow.Flow, error) {
	found := named
	if len(ref) < MinPrefix && IsID(ref) {
		f, _, err := f.s.Get(ctx, ref)
		switch {
		case err == nil:
			return []flow.Flow{f}, nil
		case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden):
			return nil, err
		}
	}
	for _, id := range []string{ref, strings.ToLower(ref)} {
		if len(id) < MinPrefix || !IsID(id) || id != ref && len(found) > len(named) {
			continue
		}
		more, err := f.list(ctx, ListOptions{IDPrefix: id})
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return pick(found, ref), nil
}

func (f *Finder) list(ctx context.Context, opts ListOptions) ([]flow.Flow, error) {
	opts.Access, opts.whole = AccessAny, true
	return f.s.List(ctx, opts)
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
