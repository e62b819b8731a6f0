package store

import (
	"context"
	"maps"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// grant is what a flow's access_control lets a user do.
type grant struct {
	userID      string
	read, write bool
}

// grants lists the users whom the flow's access_control names. The right to write does
// not hold the right to read, see the backend's own rules.
func (f *Flow) grants() ([]grant, error) {
	access, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return nil, err
	}
	by := map[string]grant{}
	for _, id := range access.Read.UserIDs {
		by[id] = grant{id, true, false}
	}
	for _, id := range access.Write.UserIDs {
		by[id] = grant{id, by[id].read, true}
	}
	var list []grant
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if findable(id) {
			list = append(list, by[id])
		}
	}
	return list, nil
}

// addGrants keeps whom a flow is shared with where a list can find it.
func addGrants(ctx context.Context, tx queryer, flowID string, grants []grant) error {
	for _, g := range grants {
		if _, err := tx.exec(ctx, "INSERT INTO flow_grant (user_id, flow_id, can_read, can_write) VALUES ($1, $2, $3, $4)",
			g.userID, flowID, g.read, g.write); err != nil {
			return err
		}
	}
	return nil
}
