package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Scope specifies which flows a list is over.
type Scope int

// The scopes of a list.
const (
	Own        Scope = iota // the user's own flows
	Accessible              // all that the user may read: own, public, shared with them by id
	All                     // everybody's, for admins
	Writable                // all that the user may change: own, shared with them by id to be changed
	Reachable               // all that the user may read or change
)

// ListQuery asks for a page of flows.
type ListQuery struct {
	UserID string // whose list; not looked at for All
	Scope  Scope
	Search string // part of the name, whatever the case; "" for all
	Name   string // the whole name; "" for all
	Prefix string // what the id begins with; "" for all
	Limit  int    // flows in a page; 0 for no limit
	Cursor string // Next of the page before; "" for the first
	Graph  bool   // with nodes, edges, access_control, extra and revision
	Owner  bool   // with whose they are; with Graph that is there anyhow, but for the name
	Digest bool   // with the digest; without Graph, and where the user may read all that the scope has

	// Bytes bounds what is read at once: no more than one flow beyond so many bytes; 0
	// for no bound. The rest of the page is asked for with Cursor, see FlowPage. Hold, if
	// it is set, is called before so many bytes are read with Graph; its error ends that.
	Bytes int
	Hold  func(bytes int64) error
	Until string // Next of the page that this is the rest of; "" for a whole page

	rare bool // see Store.isRare
}

// FlowPage is a page of a list, newest UpdatedAt first, and of one second the flow first that was
// made last.
type FlowPage struct {
	Flows []Flow
	Total int64  // flows in all pages, counted when the first was asked for
	Next  string // cursor of the next page, "" on the last one
	Rest  string // cursor of the rest of this page, "" unless it is longer than ListQuery.Bytes
}

// ListFlows returns a page of flows. A cursor that is none is [ErrBadCursor].
//
// Search compares after lower-casing both sides: in SQLite by Unicode's simple
// mapping, in Postgres as the locale of the database has it (with the locale C
// only A to Z).
func (s *Store) ListFlows(ctx context.Context, q ListQuery) (*FlowPage, error) {
	page, err := s.listFlows(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list flows: %w", err)
	}
	return page, nil
}

func (s *Store) listFlows(ctx context.Context, q ListQuery) (*FlowPage, error) {
	after, err := parseFlowCursor(q.Cursor)
	if err != nil {
		return nil, err
	}
	if q.Scope != All && !storable(q.UserID) || !storable(q.Search) || !storable(q.Name) || !storable(q.Prefix) {
		return &FlowPage{}, nil
	}
	until, err := parseFlowCursor(q.Until)
	if err != nil {
		return nil, err
	}
	if q.rare, err = s.isRare(ctx, q); err != nil {
		return nil, err
	}
	query := listSQL{dialect: s.db.dialect(), ListQuery: q, after: after, until: until}
	flows, end, more, err := s.firstFlows(ctx, query)
	if err != nil {
		return nil, err
	}
	page := &FlowPage{Flows: flows, Next: q.Until}
	if after != nil {
		page.Total = after.total
	} else if page.Total, err = s.total(ctx, q, int64(len(flows)), more); err != nil {
		return nil, err
	}
	switch cursor := (&cursor{total: page.Total}); {
	case !more:
	case len(flows) == q.Limit && q.Until == "":
		page.Next = cursor.after(&end)
	case len(flows) != q.Limit:
		page.Rest = cursor.after(&end)
		if q.Until == "" {
			page.Next, err = s.pageEnd(ctx, q, after, cursor)
		}
	}
	return page, err
}

// firstFlows reads the first flows of a list, and whether there are more. end is the place
// of the last of them.
func (s *Store) firstFlows(ctx context.Context, query listSQL) (flows []Flow, end Flow, more bool, err error) {
	if query.Graph {
		return s.wholeFlows(ctx, query)
	}
	if query.Bytes > 0 && (query.Limit <= 0 || query.Limit > maxRows) {
		query.Limit = maxRows
	}
	flows, more, err = some(ctx, s.db, query.scanRow(), bound[Flow]{rows: query.Limit, bytes: query.Bytes, size: (*Flow).Size}, query.page(), query.args...)
	for i := range flows {
		flows[i].fillMeta()
	}
	if len(flows) > 0 {
		end = flows[len(flows)-1]
	}
	return flows, end, more, err
}

// scanRow returns what reads a row of page. Each goes through the same flow, so that the
// places to read to are made once.
func (q *ListQuery) scanRow() func(*sql.Rows, *Flow) error {
	row := new(Flow)
	places := []any{&row.ID, &row.Name, &row.Description, &row.CreatedAt, &row.UpdatedAt, &row.Meta}
	if q.Owner {
		places = append(places, &row.UserID, &row.OwnerName)
	}
	if q.Digest {
		places = append(places, &row.Digest)
	}
	places = append(places, &row.seq)
	return func(rows *sql.Rows, f *Flow) error {
		err := rows.Scan(places...)
		*f = *row
		return err
	}
}

// total counts the flows in all pages, of which the first has n, and more after it or
// not.
func (s *Store) total(ctx context.Context, q ListQuery, n int64, more bool) (int64, error) {
	if !more {
		return n, nil
	}
	query := listSQL{dialect: s.db.dialect(), ListQuery: q}
	total, err := one(ctx, s.db, scanInt, query.count(), query.args...)
	if err != nil {
		return 0, err
	}
	return *total, nil
}

// pageEnd returns the cursor of the page after this one, "" if this is the last.
func (s *Store) pageEnd(ctx context.Context, q ListQuery, after, c *cursor) (string, error) {
	if q.Limit <= 0 {
		return "", nil
	}
	query := listSQL{dialect: s.db.dialect(), ListQuery: q, after: after}
	ends, err := all(ctx, s.db, func(rows *sql.Rows, f *Flow) error { return rows.Scan(&f.UpdatedAt, &f.seq) }, query.end(), query.args...)
	if err != nil || len(ends) < 2 {
		return "", err
	}
	return c.after(&ends[0]), nil
}

// after returns the cursor of what follows a flow.
func (c *cursor) after(f *Flow) string {
	return (&cursor{updatedAt: f.UpdatedAt, id: strconv.FormatInt(f.seq, 10), total: c.total}).String()
}

// cursor is the place of the last row of a page. It carries the total so that only
// the first page has to count.
type cursor struct {
	updatedAt int64
	id        string // of an execution; of a flow it is seq
	seq       int64
	total     int64
}

func (c *cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", c.updatedAt, c.total, c.id))
}

// parseFlowCursor reads a cursor of a list of flows, nil for "".
func parseFlowCursor(s string) (*cursor, error) {
	c, err := parseCursor(s)
	if c == nil {
		return nil, err
	}
	if c.seq, err = strconv.ParseInt(c.id, 10, 64); err != nil {
		return nil, ErrBadCursor
	}
	return c, nil
}

// parseCursor reads a cursor, nil for "".
func parseCursor(s string) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, ErrBadCursor
	}
	parts := strings.SplitN(string(text), " ", 3)
	if len(parts) != 3 || !findable(parts[2]) {
		return nil, ErrBadCursor
	}
	c := &cursor{id: parts[2]}
	if c.updatedAt, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return nil, ErrBadCursor
	}
	if c.total, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return nil, ErrBadCursor
	}
	return c, nil
}
