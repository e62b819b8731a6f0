package store

import (
	"cmp"
	"context"
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
	var list []grant
	for _, id := range slices.Concat(access.Read.UserIDs, access.Write.UserIDs) {
		if findable(id) {
			list = append(list, grant{userID: id})
		}
	}
	slices.SortFunc(list, func(a, b grant) int { return cmp.Compare(a.userID, b.userID) })
	list = slices.Compact(list)
	readers, writers := set(access.Read.UserIDs), set(access.Write.UserIDs)
	for i := range list {
		g := &list[i]
		g.read, g.write = readers[g.userID], writers[g.userID]
	}
	return list, nil
}

func set(ids []string) map[string]bool {
	m := make(map[string]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
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
