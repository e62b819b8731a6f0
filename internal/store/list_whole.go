package store

import (
	"context"
	"database/sql"
	"encoding/json"
)

// listRow is a flow of a list before it is read.
type listRow struct {
	id             string
	updatedAt, seq int64
	bytes          int64 // that it has, as [Store.FlowSize]
}

// maxRows is how many rows of a list are read at once.
const maxRows = 1000

// wholeFlows reads the first flows of a list with all that they have. What they are is
// looked up first: flows may be large, and the database would sort them whole otherwise.
// end is the place of the last of them.
func (s *Store) wholeFlows(ctx context.Context, query listSQL) (flows []Flow, end Flow, more bool, err error) {
	q := query.ListQuery
	if query.Limit <= 0 || query.Limit > maxRows {
		query.Limit = maxRows
	}
	scan := func(rows *sql.Rows, r *listRow) error { return rows.Scan(&r.id, &r.updatedAt, &r.bytes, &r.seq) }
	rows, more, err := some(ctx, s.db, scan, bound[listRow]{rows: query.Limit}, query.rows("id, updated_at, bytes", query.Limit+1, 0), query.args...)
	if err != nil || len(rows) == 0 {
		return nil, Flow{}, false, err
	}
	var ids []string
	size := int64(0)
	for _, r := range rows {
		if q.Bytes > 0 && size >= int64(q.Bytes) {
			more = true
			break
		}
		ids, size = append(ids, r.id), size+r.bytes
	}
	if q.Hold != nil {
		if err := q.Hold(size); err != nil {
			return nil, Flow{}, false, err
		}
	}
	flows, err = s.flowsOf(ctx, q, ids)
	last := rows[len(ids)-1]
	return flows, Flow{UpdatedAt: last.updatedAt, seq: last.seq}, more, err
}

// flowsOf reads flows in that order. What was deleted meanwhile is left out.
func (s *Store) flowsOf(ctx context.Context, q ListQuery, ids []string) ([]Flow, error) {
	query := listSQL{dialect: s.db.dialect(), ListQuery: q}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	scan := func(rows *sql.Rows, f *Flow) error { return rows.Scan(append(f.whole(), &f.OwnerName)...) }
	read, err := all(ctx, s.db, scan, "SELECT "+flowColumns+", "+query.owner()+" FROM flow WHERE id IN ("+query.dialect.texts+")", string(list))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*Flow, len(read))
	for i := range read {
		byID[read[i].ID] = &read[i]
	}
	flows := make([]Flow, 0, len(read))
	for _, id := range ids {
		if f := byID[id]; f != nil {
			f.fillMeta()
			flows = append(flows, *f)
		}
	}
	return flows, nil
}
