package store

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// readers lists the users whom the flow's access_control names under read. The
// right to write does not hold the right to read, see the backend's own rules.
func (f *Flow) readers() ([]string, error) {
	access, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return nil, err
	}
	ids := access.Read.UserIDs
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !findable(id) }), nil
}

// addGrants keeps whom a flow is shared with where a list can find it.
func addGrants(ctx context.Context, tx queryer, flowID string, readers []string) error {
	for _, id := range readers {
		if _, err := tx.exec(ctx, "INSERT INTO flow_grant (user_id, flow_id) VALUES ($1, $2)", id, flowID); err != nil {
			return err
		}
	}
	return nil
}
