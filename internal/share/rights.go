package share

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Right is what somebody may do with a flow.
type Right struct {
	Kind  string `json:"kind"` // owner, user, group or everybody
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Read  bool   `json:"read"`
	Write bool   `json:"write"`
	Gone  bool   `json:"gone,omitzero"` // the user was removed
}

// maxNames is how many names of users are asked for: of others there are the ids.
const maxNames = 100

// Rights lists who may do what with a flow: the owner, everybody, users, groups.
func Rights(ctx context.Context, c *client.Client, f flow.Flow) ([]Right, error) {
	a, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return nil, err
	}
	people := lookup.NewPeople(c)
	owner, err := people.Named(ctx, false, f.UserID)
	if err != nil {
		return nil, err
	}
	list := []Right{rightOf("owner", owner, true, true)}
	if a.Public {
		list = append(list, Right{Kind: "everybody", Read: true})
	}
	for i, w := range named(a) {
		kind, readers, writers := "user", a.Read.UserIDs, a.Write.UserIDs
		if w.Group {
			kind, readers, writers = "group", a.Read.GroupIDs, a.Write.GroupIDs
		}
		if w.Group || i < maxNames {
			if w, err = people.Named(ctx, w.Group, w.ID); err != nil {
				return nil, err
			}
		}
		list = append(list, rightOf(kind, w, slices.Contains(readers, w.ID), slices.Contains(writers, w.ID)))
	}
	return list, nil
}

func rightOf(kind string, w lookup.Who, read, write bool) Right {
	return Right{Kind: kind, ID: w.ID, Name: w.Name, Email: w.Email, Read: read, Write: write, Gone: w.Gone}
}

// Has returns who of those that a flow names is meant by a word that is an id: such a one can be
// removed, though there is no such user or group any more, or not for the caller.
func Has(f flow.Flow, id string, group bool) (lookup.Who, bool) {
	a, err := flow.ParseAccess(f.AccessControl)
	for _, w := range named(a) {
		if err == nil && w.ID == id && w.Group == group {
			return w, true
		}
	}
	return lookup.Who{}, false
}
