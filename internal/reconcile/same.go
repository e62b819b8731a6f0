package reconcile

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// SameFlow reports whether a stored flow says what a file says, wherever the nodes stand;
// ours is whether the server keeps all that it is sent. What does not count for [NewPlan]
// does not count here.
func SameFlow(file, stored flow.Spec, ours bool) bool {
	t := traits{ours}
	return len(flow.Diff(dataAs(t.comparable(stored, file), file), t.comparable(file, file), flow.DiffOptions{})) == 0
}

// Over returns what is to be written for a file over the stored flow with an id: the
// file's flow, with the layout of the stored one for the nodes that the file says nothing
// of the layout of. same is whether that is what is there already. Some may write what
// they may not read; then the file's flow is returned as it is.
func Over(ctx context.Context, c *client.Client, id string, file flow.Spec, ours bool) (next flow.Spec, same bool, err error) {
	stored, _, err := c.Flows.Get(ctx, id)
	switch {
	case errors.Is(err, client.ErrForbidden):
		return file, false, nil
	case err != nil:
		return file, false, err
	}
	return flow.AdoptLayout(file, stored.Spec), len(traits{ours}.differences(stored.Spec, file)) == 0, nil
}
