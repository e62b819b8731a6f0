package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Scope says which flows a list is over.
type Scope int

// The scopes of a list.
const (
	Own        Scope = iota // the user's own flows
	Accessible              // all that the user may read: own, public, shared with them by id
	All                     // everybody's, for admins
)

// ListQuery asks for a page of flows.
type ListQuery struct {
	UserID string // whose list; not looked at for All
	Scope  Scope
	Search string // part of the name, whatever the case; "" for all
	Limit  int    // flows in a page; 0 for no limit
	Cursor string // Next of the page before; "" for the first
	Graph  bool   // with nodes, edges, access_control, extra and revision
}

// FlowPage is a page of a list, newest UpdatedAt first, then by id, descending.
type FlowPage struct {
	Flows []Flow
	Total int64  // flows in all pages, counted when the first was asked for
	Next  string // cursor of the next page, "" on the last one
}

// ListFlows gives a page of flows. A cursor that is none is [ErrBadCursor].
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
	after, err := parseCursor(q.Cursor)
	if err != nil {
		return nil, err
	}
	if q.Scope != All && !storable(q.UserID) || !storable(q.Search) {
		return &FlowPage{}, nil
	}
	scan := scanSummary
	if q.Graph {
		scan = scanFlow
	}
	query := listSQL{dialect: s.db.dialect(), ListQuery: q, after: after}
	flows, err := all(ctx, s.db, scan, query.page(), query.args...)
	if err != nil {
		return nil, err
	}
	page := &FlowPage{Flows: flows}
	more := q.Limit > 0 && len(flows) > q.Limit
	switch {
	case after != nil:
		page.Total = after.total
	case more:
		query = listSQL{dialect: s.db.dialect(), ListQuery: q}
		total, err := one(ctx, s.db, scanInt, query.count(), query.args...)
		if err != nil {
			return nil, err
		}
		page.Total = *total
	default:
		page.Total = int64(len(flows))
	}
	if more {
		page.Flows = flows[:q.Limit]
		last := page.Flows[q.Limit-1]
		page.Next = (&cursor{updatedAt: last.UpdatedAt, id: last.ID, total: page.Total}).String()
	}
	return page, nil
}

// cursor is the place behind the last flow of a page. It carries the total so
// that only the first page has to count.
type cursor struct {
	updatedAt int64
	id        string
	total     int64
}

func (c *cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", c.updatedAt, c.total, c.id))
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
