package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Execution is the record of a run of a flow. It is deleted with its flow.
type Execution struct {
	ID            string // in the order in which they were made, as far as clocks go
	FlowID        string
	UserID        string // whose run it is
	Status        flow.RunStatus
	ExecutionTime *int64 // milliseconds; nil is unknown
	CreatedAt     int64  // epoch seconds
	Version       *int64 // number of the version of the flow that ran; nil is unknown
	Meta          []byte // object; never nil when read
	Inputs        []byte // objects by node id; nil is null, and all of them are in lists
	Outputs       []byte
	NodeResults   []byte
	Errors        []byte

	// Key is the idempotency key of the request for the run, unique for the user, "" for none.
	// Request is a digest of that request. Only ExecutionByKey reads them.
	Key, Request string

	// Runner is the server that has the run, see [Store.RenewRunner]; "" is none.
	// It is written and not read.
	Runner string
}

// Fill sets id, time and meta of a new record, where it has none. CreateExecution calls it.
func (e *Execution) Fill() {
	if e.ID == "" {
		e.ID = uuid.Must(uuid.NewV7()).String() // lists are by second, and then by id
	}
	if e.CreatedAt == 0 {
		e.CreatedAt = now()
	}
	if e.Meta == nil {
		e.Meta = []byte("{}")
	}
}

// Size returns for how many bytes the record counts: those of its JSON.
func (e *Execution) Size() int {
	return len(e.Meta) + len(e.Inputs) + len(e.Outputs) + len(e.NodeResults) + len(e.Errors)
}

func (e *Execution) check() error {
	if e.Key != "" {
		if err := checkID("idempotency key", e.Key); err != nil {
			return err
		}
	}
	if err := errors.Join(checkID("id", e.ID), checkID("user_id", e.UserID), checkID("status", string(e.Status))); err != nil {
		return err
	}
	for _, json := range [][]byte{e.Meta, e.Inputs, e.Outputs, e.NodeResults, e.Errors} {
		if json != nil && (len(json) == 0 || json[0] != '{') {
			return fmt.Errorf("%.40q where an object belongs: %w", json, ErrBadText)
		}
	}
	return nil
}

const (
	executionSummary = "id, flow_id, user_id, status, execution_time, created_at, version"
	executionColumns = executionSummary + ", meta, inputs, outputs, node_results, errors"
	unfinished       = "status IN ('pending', 'running')"
	newestFirst      = " ORDER BY created_at DESC, id DESC"
)

func (e *Execution) summary() []any {
	return []any{&e.ID, &e.FlowID, &e.UserID, &e.Status, &e.ExecutionTime, &e.CreatedAt, &e.Version}
}

func (e *Execution) whole() []any {
	return append(e.summary(), &e.Meta, &e.Inputs, &e.Outputs, &e.NodeResults, &e.Errors)
}

// orNull returns a text, or NULL for "".
func orNull(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// CreateExecution adds a record, after [Execution.Fill], and deletes the oldest ended ones of
// the flow beyond keep, 0 for no limit. The error is [ErrNotFound] without the flow, and
// [ErrExists] if the idempotency key was used before.
func (s *Store) CreateExecution(ctx context.Context, e *Execution, keep int) error {
	e.Fill()
	if !findable(e.FlowID) {
		return fmt.Errorf("create execution: flow %w", ErrNotFound)
	}
	err, audit := e.check(), s.auditor(ctx)
	if err == nil {
		err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
			_, err := tx.exec(ctx, "INSERT INTO flow_execution ("+executionColumns+", runner, request_key, request)"+
				" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
				e.ID, e.FlowID, e.UserID, string(e.Status), e.ExecutionTime, e.CreatedAt, e.Version,
				text(e.Meta), text(e.Inputs), text(e.Outputs), text(e.NodeResults), text(e.Errors),
				orNull(e.Runner), orNull(e.Key), orNull(e.Request))
			if errors.Is(err, ErrNotFound) {
				err = fmt.Errorf("flow %w", ErrNotFound) // and not the user, as for other keys
			}
			if err != nil {
				return err
			}
			if err := s.prune(ctx, tx, e.FlowID, keep); err != nil {
				return err
			}
			return audit.byID(ctx, tx, AuditRun, e.FlowID, e.ID)
		})
	}
	return wrap("create execution", err)
}

// keepBytes is how many bytes the ended executions of a flow have at most, if their
// number is bounded.
const keepBytes = 256 << 20

// prune deletes a flow's ended executions beyond keep, or beyond keepBytes, some at a time. All
// users keep the same number, so that somebody who runs a flow often loses their own oldest
// ones, not those of others. The newest stays, however large it is.
func (s *Store) prune(ctx context.Context, tx queryer, flowID string, keep int) error {
	if keep <= 0 {
		return nil
	}
	_, err := tx.exec(ctx, "DELETE FROM flow_execution WHERE id IN (SELECT id FROM flow_execution WHERE id IN (SELECT id FROM ("+
		"SELECT id, row_number() OVER shared AS place, sum(bytes) OVER shared AS total FROM ("+
		"SELECT id, created_at, bytes, row_number() OVER (PARTITION BY user_id"+newestFirst+") AS own"+
		" FROM flow_execution WHERE flow_id = $1 AND NOT "+unfinished+") AS ended"+
		" WINDOW shared AS (ORDER BY own, created_at DESC, id DESC)) AS placed"+
		" WHERE place > $2 OR total > $3 AND place > 1 LIMIT 1000)"+s.db.dialect().skipLocked+")", flowID, keep, s.keepBytes)
	return err
}

// FinishExecution writes the outcome of a run: all fields but the user and the time of
// creation; it clears the runner. A record that another server has marked as aborted
// meanwhile gets its real status, unless somebody asked to cancel the run: they were told
// that it is aborted. FinishExecution sets the status of e to that of the record. The error
// is [ErrNotFound] if the record was deleted.
func (s *Store) FinishExecution(ctx context.Context, e *Execution, keep int) error {
	err := e.check()
	var status *string
	if err == nil {
		err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
			err := found(tx.exec(ctx, "UPDATE flow_execution SET"+
				" status = CASE WHEN cancel_at IS NULL OR "+unfinished+" THEN $1 ELSE status END,"+
				" execution_time = $2, meta = $3, inputs = $4, outputs = $5, node_results = $6, errors = $7,"+
				" runner = NULL WHERE id = $8",
				string(e.Status), e.ExecutionTime, text(e.Meta),
				text(e.Inputs), text(e.Outputs), text(e.NodeResults), text(e.Errors), e.ID))
			if err != nil {
				return err
			}
			status, err = one(ctx, tx, value[string], "SELECT status FROM flow_execution WHERE id = $1", e.ID)
			if err != nil {
				return err
			}
			return s.prune(ctx, tx, e.FlowID, keep)
		})
	}
	if err != nil {
		return fmt.Errorf("finish execution: %w", err)
	}
	e.Status = flow.RunStatus(*status)
	return nil
}

// StartExecution makes a pending execution a running one.
func (s *Store) StartExecution(ctx context.Context, id string) error {
	return wrap("start execution", s.change(ctx, "UPDATE flow_execution SET status = $1 WHERE id = $2 AND status = $3",
		string(flow.RunRunning), id, string(flow.RunPending)))
}

// DeleteExecution removes an execution. The error is [ErrNotFound], or [ErrInUse] if it has
// not ended.
func (s *Store) DeleteExecution(ctx context.Context, flowID, id string) error {
	e, err := s.execution(ctx, flowID, id)
	if err == nil && !e.Status.Ended() {
		err = ErrInUse
	}
	if err == nil {
		err = s.db.writeLess(ctx, func(ctx context.Context, tx queryer) error {
			return found(tx.exec(ctx, "DELETE FROM flow_execution WHERE id = $1", id))
		})
	}
	return wrap("delete execution", err)
}

// DeleteExecutions removes the ended executions of a flow, of one user or, for "", of all,
// except those with the ids in but. It returns their number.
func (s *Store) DeleteExecutions(ctx context.Context, flowID, userID string, but []string) (n int64, err error) {
	where, args := ofFlow(flowID, userID)
	for _, id := range but {
		args = append(args, id)
		where += fmt.Sprintf(" AND id <> $%d", len(args))
	}
	err = s.db.writeLess(ctx, func(ctx context.Context, tx queryer) error {
		n, err = tx.exec(ctx, "DELETE FROM flow_execution WHERE NOT "+unfinished+" AND "+where, args...)
		return err
	})
	return n, wrap("delete executions", err)
}

// ofFlow returns the condition for a flow's executions, all or one user's.
func ofFlow(flowID, userID string) (where string, args []any) {
	if userID == "" {
		return "flow_id = $1", []any{flowID}
	}
	return "flow_id = $1 AND user_id = $2", []any{flowID, userID}
}
