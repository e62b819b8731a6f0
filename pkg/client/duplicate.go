package client

import (
	"cmp"
	"context"
	"fmt"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Duplicate creates a private copy of a flow, owned by the caller; name "" is
// "<name> (Copy)". It reads the flow and stores it as [FlowsService.Create] does: a copy
// that Open WebUI itself makes can be read by everybody.
func (s *FlowsService) Duplicate(ctx context.Context, id, name string) (flow.Flow, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return flow.Flow{}, fmt.Errorf("duplicate flow: %w", err)
	}
	f.Name, f.AccessControl = cmp.Or(name, f.Name+" (Copy)"), flow.Private()
	return s.Create(ctx, f.Spec)
}
