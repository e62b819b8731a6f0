package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Duplicate makes a private copy of a flow, owned by the caller; name "" is
// "<name> (Copy)". The real backend knows neither names nor privacy there: the
// copy is updated right after it is made. If that fails, Duplicate returns the copy
// as well as the error, which says what the copy still lacks.
func (s *FlowsService) Duplicate(ctx context.Context, id, name string) (flow.Flow, error) {
	if can, err := s.c.capabilities(ctx); err == nil && can.ChosenIDs {
		return s.copyOf(ctx, id, name)
	}
	change := Patch{}
	if name != "" {
		change.Name = &name
	}
	k := (&call{verb: "duplicate flow", method: http.MethodPost, body: change.appendJSON(nil)}).about(id, "/duplicate")
	twin, err := s.store(ctx, k, func(ctx context.Context) (flow.Spec, error) {
		f, err := s.Get(ctx, id)
		f.Name, f.AccessControl = f.Name+" (Copy)", nil
		return f.Spec, err
	})
	if err != nil {
		return twin, err
	}
	change.AccessControl = flow.Private()
	f, err := s.Update(ctx, twin.ID, change)
	if err != nil {
		return twin, fmt.Errorf("%s: the copy %s is made, but it is still named %q and everybody may read it: %w", k.doing(), twin.ID, httpx.Printable(twin.Name, 80), err)
	}
	return f, nil
}

// copyOf makes a private copy under an id of this client's choice, so that it is made once.
func (s *FlowsService) copyOf(ctx context.Context, id, name string) (flow.Flow, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return flow.Flow{}, fmt.Errorf("duplicate flow: %w", err)
	}
	f.Name, f.AccessControl = cmp.Or(name, f.Name+" (Copy)"), flow.Private()
	return s.Create(ctx, f.Spec)
}
