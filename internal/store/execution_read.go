package store

import (
	"context"
	"strconv"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Execution returns an execution of a flow, or [ErrNotFound].
func (s *Store) Execution(ctx context.Context, flowID, id string) (*Execution, error) {
	e, err := s.execution(ctx, flowID, id)
	return e, wrap("get execution", err)
}

func (s *Store) execution(ctx context.Context, flowID, id string) (*Execution, error) {
	if !findable(flowID) || !findable(id) {
		return nil, ErrNotFound
	}
	return one(ctx, s.db, (*Execution).whole, "SELECT "+executionColumns+" FROM flow_execution WHERE id = $1 AND flow_id = $2", id, flowID)
}

// ExecutionByKey returns the execution that a user's request with an idempotency key
// started, or [ErrNotFound].
func (s *Store) ExecutionByKey(ctx context.Context, userID, key string) (*Execution, error) {
	e, err := one(ctx, s.db, func(e *Execution) []any { return append(e.whole(), &e.Key, &e.Request) },
		"SELECT "+executionColumns+", request_key, request FROM flow_execution WHERE user_id = $1 AND request_key = $2", userID, key)
	return e, wrap("get execution", err)
}

// ExecutionQuery asks for a page of a flow's executions.
type ExecutionQuery struct {
	FlowID string
	UserID string // whose; "" for everybody's
	Limit  int    // in a page
	Cursor string // Next of the page before; "" for the first
	Offset int    // how many are left out before the page
}

// ExecutionPage is a page of executions without meta and maps, newest first.
type ExecutionPage struct {
	Executions []Execution
	Next       string // cursor of the next page, "" on the last one
}

// ListExecutions returns a page of a flow's executions. The error for an invalid cursor is
// [ErrBadCursor].
func (s *Store) ListExecutions(ctx context.Context, q ExecutionQuery) (*ExecutionPage, error) {
	page, err := s.listExecutions(ctx, q)
	return page, wrap("list executions", err)
}

func (s *Store) listExecutions(ctx context.Context, q ExecutionQuery) (*ExecutionPage, error) {
	after, err := parseCursor(q.Cursor)
	if err != nil {
		return nil, err
	}
	where, args := ofFlow(q.FlowID, q.UserID)
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if after != nil {
		where += " AND (created_at, id) < (" + arg(after.updatedAt) + ", " + arg(after.id) + ")"
	}
	tail := newestFirst + " LIMIT " + arg(q.Limit+1)
	if q.Offset > 0 {
		tail += " OFFSET " + arg(q.Offset)
	}
	rows, err := all(ctx, s.db, (*Execution).summary, "SELECT "+executionSummary+" FROM flow_execution WHERE "+where+tail, args...)
	if err != nil {
		return nil, err
	}
	page := &ExecutionPage{Executions: rows}
	if len(rows) > q.Limit {
		page.Executions = rows[:q.Limit]
		last := page.Executions[q.Limit-1]
		page.Next = (&cursor{updatedAt: last.CreatedAt, id: last.ID}).String()
	}
	return page, nil
}

// UnderWay is an execution that has not ended.
type UnderWay struct {
	Execution        // without meta and maps
	FlowName  string // of its flow
	UserEmail string // of whose run it is; "" if the account is gone
}

// UnderWay returns the executions that have not ended, newest first: those that a user started
// and those of the user's flows; all for "".
func (s *Store) UnderWay(ctx context.Context, userID string) ([]UnderWay, error) {
	query := "SELECT e.id, e.flow_id, e.user_id, e.status, e.execution_time, e.created_at, e.version, f.name, coalesce(u.email, '')" +
		" FROM flow_execution e JOIN flow f ON f.id = e.flow_id LEFT JOIN users u ON u.id = e.user_id WHERE e." + unfinished
	var args []any
	if userID != "" {
		query += " AND (e.user_id = $1 OR f.user_id = $1)"
		args = append(args, userID)
	}
	list, err := all(ctx, s.db, func(u *UnderWay) []any { return append(u.summary(), &u.FlowName, &u.UserEmail) },
		query+" ORDER BY e.created_at DESC, e.id DESC", args...)
	return list, wrap("list runs", err)
}

// ExecutionStats returns the counts and the average of the executions of a flow, of one user
// or, for "", of all. Its other fields are not set.
func (s *Store) ExecutionStats(ctx context.Context, flowID, userID string) (*flow.ExecutionStats, error) {
	where, args := ofFlow(flowID, userID)
	stats, err := one(ctx, s.db, func(s *flow.ExecutionStats) []any {
		return []any{&s.Total, &s.Success, &s.Errors, &s.Aborted, &s.AverageTime, &s.LastExecution}
	}, "SELECT count(*),"+
		" count(*) FILTER (WHERE status = 'success'), count(*) FILTER (WHERE status = 'error'),"+
		" count(*) FILTER (WHERE status = 'aborted'), CAST(coalesce(avg(execution_time), 0) AS DOUBLE PRECISION), max(created_at)"+
		" FROM flow_execution WHERE "+where, args...)
	return stats, wrap("count executions", err)
}

// ExecutionMetas calls f with the newest limit executions of a flow, with their meta and
// without their maps, until their metas make up more than so many bytes; userID is as in
// ExecutionStats. f must not keep the execution.
func (s *Store) ExecutionMetas(ctx context.Context, flowID, userID string, limit, bytes int, f func(*Execution)) error {
	where, args := ofFlow(flowID, userID)
	args = append(args, limit)
	dest := func(e *Execution) []any { return []any{&e.Status, &e.ExecutionTime, &e.Meta} }
	err := each(ctx, s.db, dest, func(e *Execution) error {
		if bytes -= len(e.Meta); bytes < 0 {
			return errEnough
		}
		f(e)
		return nil
	}, "SELECT status, execution_time, meta FROM flow_execution WHERE "+where+newestFirst+" LIMIT $"+strconv.Itoa(len(args)), args...)
	return wrap("read executions", err)
}
