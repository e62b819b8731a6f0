package store

import (
	"context"
)

// Group is a group of users, with whom flows can be shared together.
type Group struct {
	ID        string   `json:"id"`   // chosen by AddGroup
	Name      string   `json:"name"` // unique
	CreatedAt int64    `json:"created_at"`
	UpdatedAt int64    `json:"updated_at"` // when it was made, or who is a member changed, in epoch seconds
	Members   []string `json:"user_ids"`   // ids of users
}

// groupsOfUser are the ids of a user's groups, with blanks between.
const groupsOfUser = "coalesce((SELECT string_agg(group_id, ' ') FROM user_group_member WHERE user_group_member.user_id = users.id), '')"

// AddGroup adds a group without members. A name that is taken is [ErrExists].
func (s *Store) AddGroup(ctx context.Context, name string) (*Group, error) {
	g := &Group{ID: NewID(), Name: name, CreatedAt: now(), Members: []string{}}
	g.UpdatedAt = g.CreatedAt
	err := checkID("name", name)
	if err == nil {
		err = s.change(ctx, "INSERT INTO user_group (id, name, created_at, updated_at) VALUES ($1, $2, $3, $4)", g.ID, g.Name, g.CreatedAt, g.UpdatedAt)
	}
	return g, wrap("add group "+name, err)
}

// Groups lists the groups of which a user is a member, or all for "", newest UpdatedAt first.
func (s *Store) Groups(ctx context.Context, userID string) ([]Group, error) {
	query, args := "", []any(nil)
	if userID != "" {
		query, args = " WHERE id IN (SELECT group_id FROM user_group_member WHERE user_id = $1)", []any{userID}
	}
	list, err := s.groups(ctx, query+" ORDER BY updated_at DESC, name", args...)
	return list, wrap("list groups", err)
}

// GroupByName returns a group, or [ErrNotFound].
func (s *Store) GroupByName(ctx context.Context, name string) (*Group, error) {
	list, err := []Group(nil), error(nil)
	if findable(name) {
		list, err = s.groups(ctx, " WHERE name = $1", name)
	}
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, wrap("get group", err)
	}
	return &list[0], nil
}

func (s *Store) groups(ctx context.Context, rest string, args ...any) ([]Group, error) {
	list, err := all(ctx, s.db, func(g *Group) []any { return []any{&g.ID, &g.Name, &g.CreatedAt, &g.UpdatedAt} },
		"SELECT id, name, created_at, updated_at FROM user_group"+rest, args...)
	for i := range list {
		if list[i].Members = []string{}; err == nil {
			err = each(ctx, s.db, value[string], func(id *string) error {
				list[i].Members = append(list[i].Members, *id)
				return nil
			}, "SELECT user_id FROM user_group_member WHERE group_id = $1 ORDER BY user_id", list[i].ID)
		}
	}
	return list, err
}

// RemoveGroup removes a group, or returns [ErrNotFound]. Flows that name it keep its id, which
// lets nobody in any more.
func (s *Store) RemoveGroup(ctx context.Context, id string) error {
	return wrap("remove group", s.change(ctx, "DELETE FROM user_group WHERE id = $1", id))
}

// AddMembers makes users members of a group, which they may be already: all, or none if one of
// them or the group is not there, which is [ErrNotFound].
func (s *Store) AddMembers(ctx context.Context, groupID string, userIDs ...string) error {
	return wrap("add to group", s.changeMembers(ctx, groupID, userIDs, "INSERT INTO user_group_member (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"))
}

// RemoveMembers ends the membership of users in a group, of those who are members.
func (s *Store) RemoveMembers(ctx context.Context, groupID string, userIDs ...string) error {
	return wrap("remove from group", s.changeMembers(ctx, groupID, userIDs, "DELETE FROM user_group_member WHERE group_id = $1 AND user_id = $2"))
}

func (s *Store) changeMembers(ctx context.Context, groupID string, userIDs []string, statement string) error {
	return s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		err := found(tx.exec(ctx, "UPDATE user_group SET updated_at = $1 WHERE id = $2", now(), groupID))
		for _, id := range userIDs {
			if err == nil {
				_, err = tx.exec(ctx, statement, groupID, id)
			}
		}
		return err
	})
}
