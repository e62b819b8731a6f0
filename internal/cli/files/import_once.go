package files

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// chooseIDs gives the flows that are to be made the ids of [sync.NewIDs], so that
// two imports of the same files at the same moment make each flow once. The real
// backend chooses the ids itself.
func chooseIDs(ctx context.Context, c *client.Client, flows []*incoming, have []*stored) error {
	isNew := func(f *incoming) bool { return f.err == nil && f.action == actionCreate }
	if !slices.ContainsFunc(flows, isNew) {
		return nil
	}
	if can, err := c.Capabilities(ctx); err != nil || !can.ChosenIDs {
		return ctx.Err() // what does not tell what it is is not ours
	}
	taken := map[string]bool{}
	for _, s := range have {
		taken[s.id] = true
	}
	ids, err := sync.NewIDsOf(ctx, c, taken)
	if err != nil {
		return err
	}
	for _, f := range flows {
		if isNew(f) {
			f.chosen = ids.Choose(f.name, f.id, f.at)
		}
	}
	return nil
}

// create makes the flow.
func (f *incoming) create(ctx context.Context, c *client.Client, spec flow.Spec, ifExists string) (flow.Flow, error) {
	if f.chosen == "" {
		return c.Flows.Create(ctx, spec, client.WithoutGraph())
	}
	made, err := c.Flows.Put(ctx, f.chosen, spec, client.IfAbsent(), client.WithoutGraph())
	if !errors.Is(err, client.ErrConflict) {
		return made, err
	}
	// It was not there when the flows were listed.
	there, _, err := c.Flows.Get(ctx, f.chosen)
	if err != nil && !errors.Is(err, client.ErrNotFound) {
		return flow.Flow{}, fmt.Errorf("look at flow %s, which another import made meanwhile: %w", f.chosen, err)
	}
	if there.Name != f.name {
		return flow.Flow{}, cmdutil.Conflict(fmt.Errorf("another import made it meanwhile, as flow %s, which is something else by now; run it again", f.chosen))
	}
	if ifExists != ifExistsSkip {
		return flow.Flow{}, cmdutil.Conflict(fmt.Errorf("another import made it meanwhile, as flow %s; run it again with --if-exists skip or update", f.chosen))
	}
	f.action, f.match = actionSkip, &stored{there.ID, there.Name}
	return flow.Flow{}, nil
}
