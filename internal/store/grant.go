package store

import (
	"context"
	"maps"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// grant is what a flow's access_control lets a user or a group do.
type grant struct {
	table       string // flow_grant or flow_group_grant
	id          string
	read, write bool
}

// grants lists the users and groups whom the flow's access_control names. The right to write
// does not include the right to read, as on Open WebUI.
func (f *Flow) grants() ([]grant, error) {
	access, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return nil, err
	}
	list := grantsIn("flow_grant", access.Read.UserIDs, access.Write.UserIDs)
	return append(list, grantsIn("flow_group_grant", access.Read.GroupIDs, access.Write.GroupIDs)...), nil
}

func grantsIn(table string, readers, writers []string) (list []grant) {
	by := map[string]grant{}
	for _, id := range readers {
		by[id] = grant{table, id, true, false}
	}
	for _, id := range writers {
		by[id] = grant{table, id, by[id].read, true}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if findable(id) {
			list = append(list, by[id])
		}
	}
	return list
}

// replaceGrants is addGrants for a flow that has some.
func replaceGrants(ctx context.Context, tx queryer, flowID string, grants []grant) error {
	for _, table := range []string{"flow_grant", "flow_group_grant"} {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE flow_id = $1", flowID); err != nil {
			return err
		}
	}
	return addGrants(ctx, tx, flowID, grants)
}

// addGrants keeps whom a flow is shared with where a list can find it.
func addGrants(ctx context.Context, tx queryer, flowID string, grants []grant) error {
	for _, g := range grants {
		if _, err := tx.exec(ctx, "INSERT INTO "+g.table+" VALUES ($1, $2, $3, $4)", g.id, flowID, g.read, g.write); err != nil {
			return err
		}
	}
	return nil
}
