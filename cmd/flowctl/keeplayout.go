package main

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// keepLayout gives the nodes of a flow that say nothing of their layout that of the
// stored flow which it is to replace: a file without layout leaves it to the server.
func keepLayout(ctx context.Context, c *client.Client, id string, s flow.Spec) (flow.Spec, error) {
	if !flow.LacksLayout(s) {
		return s, nil
	}
	stored, _, err := c.Flows.Get(ctx, id)
	if errors.Is(err, client.ErrForbidden) {
		return s, nil // some may write what they may not read
	}
	return flow.AdoptLayout(s, stored.Spec), err
}
