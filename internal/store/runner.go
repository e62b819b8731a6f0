package store

import (
	"context"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// RunnerLease is how long a server with runs may be silent before others take its runs
// for dead.
const RunnerLease = 10 * time.Second

// fresh is the condition on a row of flow_runner that its server is there: that it has
// said so within the lease, a parameter in milliseconds.
func fresh(db database, lease string) string {
	clock := db.dialect().clock
	return "renewed_at > " + clock + " - " + lease + " AND renewed_at <= " + clock + " + " + lease
}

// RenewRunner records that the server of that id is there, as long as it has runs
// under way: others take the runs of one that has been silent for dead.
func (s *Store) RenewRunner(ctx context.Context, id string) error {
	err := checkID("runner", id)
	if err == nil {
		err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
			_, err := tx.exec(ctx, "INSERT INTO flow_runner (id, renewed_at) VALUES ($1, "+s.db.dialect().clock+")"+
				" ON CONFLICT (id) DO UPDATE SET renewed_at = excluded.renewed_at", id)
			return err
		})
	}
	return wrap("renew the lease on runs", err)
}

// RemoveRunner records that the server of that id has ended its runs.
func (s *Store) RemoveRunner(ctx context.Context, id string) error {
	return wrap("give back the lease on runs", s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		_, err := tx.exec(ctx, "DELETE FROM flow_runner WHERE id = $1", id)
		return err
	}))
}

// AbortExecutions marks as aborted what is pending or running with no server that
// has said within the lease that it is there, and returns how many those were. A server
// that said so later than the clock of the database shows said it before that was set
// back, and counts as gone, too. self, the server that asks, is there. They keep their runner: it may have been silent
// and not dead, and goes on with what it still finds among its runs.
func (s *Store) AbortExecutions(ctx context.Context, self string, lease time.Duration) (n int64, err error) {
	fresh := fresh(s.db, "$2")
	abandoned := unfinished + " AND (runner IS NULL OR runner <> $1) AND NOT EXISTS" +
		" (SELECT 1 FROM flow_runner WHERE flow_runner.id = flow_execution.runner AND " + fresh + ")"
	silent := "id <> $1 AND NOT (" + fresh + ")"
	args := []any{self, lease.Milliseconds()}
	found, err := one(ctx, s.db, value[int64], "SELECT (SELECT count(*) FROM flow_execution WHERE "+abandoned+") +"+
		" (SELECT count(*) FROM flow_runner WHERE "+silent+")", args...)
	if err == nil && *found > 0 {
		err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
			n, err = tx.exec(ctx, "UPDATE flow_execution SET status = '"+string(flow.RunAborted)+"' WHERE "+abandoned, args...)
			if err == nil {
				_, err = tx.exec(ctx, "DELETE FROM flow_runner WHERE "+silent, args...)
			}
			return err
		})
	}
	return n, wrap("mark executions as aborted", err)
}

// CancelExecution asks the server that has a run to end it, which sees that when it
// renews its lease. A run that has ended is [ErrNotFound].
func (s *Store) CancelExecution(ctx context.Context, id string) error {
	return wrap("cancel execution", s.change(ctx, "UPDATE flow_execution SET cancel_at = "+s.db.dialect().clock+" WHERE id = $1 AND "+unfinished, id))
}

// RunnerExecution is a run that a server has.
type RunnerExecution struct {
	ID        string
	Cancelled bool // it is to be ended
	Allowed   bool // whose run it is may run the flow: has an account that is not pending, and may read the flow
}

// RunnerExecutions lists the runs that the database knows a server to have, those
// too that others took for dead. One that it has finished is not among them, nor one
// whose record was deleted.
func (s *Store) RunnerExecutions(ctx context.Context, runner string) ([]RunnerExecution, error) {
	list, err := all(ctx, s.db, func(e *RunnerExecution) []any { return []any{&e.ID, &e.Cancelled, &e.Allowed} },
		"SELECT e.id, e.cancel_at IS NOT NULL, EXISTS (SELECT 1 FROM users u, flow f WHERE u.id = e.user_id AND f.id = e.flow_id AND f."+inUse+" AND"+
			" (u.role = 'admin' OR u.role = 'user' AND (f.user_id = u.id OR f.access_control IS NULL OR"+
			" EXISTS (SELECT 1 FROM flow_right g WHERE g.flow_id = f.id AND g.user_id = u.id AND g.can_read))))"+
			" FROM flow_execution e WHERE e.runner = $1", runner)
	return list, wrap("list the runs of this server", err)
}
