package store

import (
	"context"
	"errors"
	"time"
)

// A flow in the bin stays in its table with everything that belongs to it, and counts for
// quotas. Its updated_at is the time of the deletion minus binned, and so negative; every
// query for flows leaves out negative times, most by an index that has updated_at anyway.
const (
	binned = 1 << 40 // seconds
	inUse  = "updated_at >= 0"
	inBin  = "updated_at < 0"
)

// Deleted reports whether the flow is in the bin.
func (f *Flow) Deleted() bool { return f.UpdatedAt < 0 }

// DeletedAt returns when a flow in the bin was deleted, in epoch seconds.
func (f *Flow) DeletedAt() int64 { return f.UpdatedAt + binned }

// RestoreFlow is UpdateFlow for a flow in the bin, which takes it out.
func (s *Store) RestoreFlow(ctx context.Context, id string, change func(*Flow) error) (*Flow, error) {
	f, err := s.updateFlow(ctx, inBin, id, change)
	return f, err
}

// DeleteFlow moves a flow to the bin, or returns [ErrNotFound]. With purge it removes a flow
// for good, also one in the bin. check, if not nil, is called with the flow before, perhaps
// several times; if it returns an error nothing is deleted and DeleteFlow returns that error.
func (s *Store) DeleteFlow(ctx context.Context, id string, purge bool, check func(*Flow) error) error {
	for {
		f, err := s.flow(ctx, inUse, id)
		if purge && errors.Is(err, ErrNotFound) {
			f, err = s.flow(ctx, inBin, id)
		}
		if err != nil {
			return wrap("delete flow", err)
		}
		if check != nil {
			if err := check(f); err != nil {
				return err
			}
		}
		next := *f
		next.Touch()
		audit, action := s.auditor(ctx), AuditDelete
		if purge {
			action = AuditPurge
		}
		err = s.db.writeLess(ctx, func(ctx context.Context, tx queryer) error {
			var n int64
			var err error
			if purge {
				n, err = tx.exec(ctx, "DELETE FROM flow WHERE id = $1 AND revision = $2", id, f.Revision)
			} else {
				n, err = tx.exec(ctx, "UPDATE flow SET updated_at = $1, revision = $2 WHERE id = $3 AND revision = $4",
					next.UpdatedAt-binned, next.Revision, id, f.Revision)
			}
			if err == nil && n == 0 {
				err = errMoved
			}
			if err != nil {
				return err
			}
			return audit.add(ctx, tx, action, f, "")
		})
		if !errors.Is(err, errMoved) {
			return wrap("delete flow", err)
		}
	}
}

// PurgeDeleted removes some of the flows that were deleted before a time, and returns how many
// those were.
func (s *Store) PurgeDeleted(ctx context.Context, before time.Time) (n int64, err error) {
	const some = "SELECT id FROM flow WHERE " + inBin + " AND updated_at < $1 LIMIT 100"
	limit := before.Unix() - binned
	if _, err = one(ctx, s.db, value[string], some, limit); errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err == nil {
		err = s.db.writeLess(ctx, func(ctx context.Context, tx queryer) error {
			n, err = tx.exec(ctx, "DELETE FROM flow WHERE id IN ("+some+s.db.dialect().skipLocked+")", limit)
			return err
		})
	}
	return n, wrap("empty the bin", err)
}
