package store

import (
	"context"
	"fmt"
)

// Usage is what a user has in the database.
type Usage struct {
	Flows int64 // that they own, without those in the bin
	Bytes int64 // of all their flows, of the versions that they wrote, and of the records of the runs that they made
	Admin bool  // they are one
}

// Usage returns what a user has. It takes time with the number of their flows.
func (s *Store) Usage(ctx context.Context, userID string) (*Usage, error) {
	u, err := one(ctx, s.db, func(u *Usage) []any { return []any{&u.Flows, &u.Bytes, &u.Admin} },
		"SELECT (SELECT count(*) FROM flow WHERE user_id = $1 AND "+inUse+"), coalesce(sum(bytes), 0) +"+
			" (SELECT coalesce(sum(bytes), 0) FROM flow_version WHERE user_id = $1) +"+
			" (SELECT coalesce(sum(bytes), 0) FROM flow_execution WHERE user_id = $1),"+
			" EXISTS (SELECT 1 FROM users WHERE id = $1 AND role = 'admin') FROM flow WHERE user_id = $1", userID)
	return u, wrap("count what a user has", err)
}

// FlowSize returns how many bytes a flow has, without reading it, or [ErrNotFound].
func (s *Store) FlowSize(ctx context.Context, id string) (int64, error) {
	return s.sizeOf(ctx, "flow", id)
}

// ExecutionSize is FlowSize for an execution.
func (s *Store) ExecutionSize(ctx context.Context, id string) (int64, error) {
	return s.sizeOf(ctx, "flow_execution", id)
}

func (s *Store) sizeOf(ctx context.Context, table, id string) (int64, error) {
	n, err := new(int64), ErrNotFound
	if findable(id) {
		n, err = one(ctx, s.db, value[int64], "SELECT bytes FROM "+table+" WHERE id = $1", id)
	}
	if err != nil {
		return 0, fmt.Errorf("get size: %w", err)
	}
	return *n, nil
}
