package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
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
	Public                  // all public ones
	Shared                  // what others share with the user, to be read, and is not public
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
	Digest bool   // no more than id, name, updated_at and digest; without Graph, and where the user may read all that the scope has

	Deleted bool // those in the bin instead, last deleted first; for Own and All

	// Bytes bounds what is read at once, up to one flow more; 0 is no bound. NextFlows
	// reads the rest of the page. Hold, if not nil, is called before so many bytes are
	// read; its error ends the reading.
	Bytes int64
	Hold  func(bytes int64) error

	rare bool // see Store.isRare
}

// FlowPage is a page of a list, newest UpdatedAt first, and of one second the flow first that was
// made last.
type FlowPage struct {
	Flows []Flow // its first flows, or those that NextFlows has read
	Total int64  // flows in all pages, counted when the first was asked for
	Next  string // cursor of the next page, "" on the last one

	rest []Flow // those of the page that are not read yet: their ids and sizes
}

// ListFlows returns a page of flows. The error for an invalid cursor is [ErrBadCursor].
//
// Search compares after lower-casing both sides: in SQLite by Unicode's simple
// mapping, in Postgres as the locale of the database has it (with the locale C
// only A to Z).
func (s *Store) ListFlows(ctx context.Context, q ListQuery) (*FlowPage, error) {
	page, err := s.listFlows(ctx, q)
	return page, wrap("list flows", err)
}

func (s *Store) listFlows(ctx context.Context, q ListQuery) (*FlowPage, error) {
	after, err := parseFlowCursor(q.Cursor)
	if err != nil {
		return nil, err
	}
	if q.Scope != All && !storable(q.UserID) || !storable(q.Search) || !storable(q.Name) || !storable(q.Prefix) {
		return &FlowPage{}, nil
	}
	if q.rare, err = s.isRare(ctx, q); err != nil {
		return nil, err
	}
	list, whole, err := s.listRows(ctx, q, after)
	if err != nil {
		return nil, err
	}
	page := &FlowPage{Total: int64(len(list))}
	more := q.Limit > 0 && len(list) > q.Limit
	if more {
		list = list[:q.Limit]
	}
	switch {
	case after != nil:
		page.Total = after.total
	case more:
		if page.Total, err = s.countFlows(ctx, q); err != nil {
			return nil, err
		}
	}
	if more {
		last := list[q.Limit-1]
		page.Next = (&cursor{updatedAt: last.UpdatedAt, id: strconv.FormatInt(last.seq, 10), total: page.Total}).String()
	}
	if whole {
		page.Flows = list
		return page, nil
	}
	page.rest = list
	return page, s.nextFlows(ctx, q, page)
}

// listRows reads the rows of a page, and one more if there is another page. whole reports
// whether the rows are complete: they are if they are wanted without graphs and have no more
// than q.Bytes. Otherwise only the ids are read first, since the database would sort the
// large rows.
func (s *Store) listRows(ctx context.Context, q ListQuery, after *cursor) (list []Flow, whole bool, err error) {
	query := listSQL{dialect: s.db.dialect(), ListQuery: q, after: after}
	if !q.Graph {
		size := int64(0)
		columns, dest := q.columns()
		err = each(ctx, s.db, dest, func(f *Flow) error {
			if size += int64(f.Size()); q.Bytes > 0 && size > q.Bytes {
				return errEnough
			}
			list = append(list, *f)
			return nil
		}, query.rows(columns), query.args...)
		if q.Bytes <= 0 || size <= q.Bytes || err != nil {
			return list, true, err
		}
		query.args = nil
	}
	dest := func(f *Flow) []any { return []any{&f.ID, &f.UpdatedAt, &f.bytes, &f.seq} }
	list, err = all(ctx, s.db, dest, query.rows("id, updated_at, bytes, flow.seq"), query.args...)
	return list, false, err
}

// More reports whether the page has more flows, which [Store.NextFlows] reads.
func (p *FlowPage) More() bool { return len(p.rest) > 0 }

// NextFlows reads the next flows of a page, after those that it has. q is the query of the
// page.
func (s *Store) NextFlows(ctx context.Context, q ListQuery, page *FlowPage) error {
	return wrap("list flows", s.nextFlows(ctx, q, page))
}

func (s *Store) nextFlows(ctx context.Context, q ListQuery, page *FlowPage) error {
	var ids []string
	size := int64(0)
	for _, f := range page.rest {
		if q.Bytes > 0 && size >= q.Bytes {
			break
		}
		ids, size = append(ids, f.ID), size+f.bytes
	}
	page.rest = page.rest[len(ids):]
	if q.Hold != nil {
		if err := q.Hold(size); err != nil {
			return err
		}
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	columns, dest := q.columns()
	page.Flows, err = all(ctx, s.db, dest, "SELECT "+columns+" FROM flow WHERE id IN ("+s.db.dialect().texts+") AND "+q.where(), string(text))
	order := make(map[string]int, len(ids))
	for i, id := range ids {
		order[id] = i
	}
	slices.SortFunc(page.Flows, func(a, b Flow) int { return order[a.ID] - order[b.ID] })
	return err
}

// columns returns the columns that a list needs, and a function that returns the variables to
// read them to.
func (q *ListQuery) columns() (columns string, dest func(*Flow) []any) {
	owner := "''"
	if q.Owner {
		owner = "coalesce((SELECT coalesce(nullif(users.name, ''), users.email) FROM users WHERE users.id = flow.user_id), '')"
	}
	if q.Graph {
		return flowColumns + ", " + owner, func(f *Flow) []any { return append(f.whole(), &f.OwnerName) }
	}
	columns = "id, name, updated_at, flow.seq"
	if q.Digest {
		columns += ", digest"
	} else {
		columns += ", description, created_at, meta"
	}
	if q.Owner {
		columns += ", user_id, " + owner
	}
	return columns, func(f *Flow) []any {
		dest := []any{&f.ID, &f.Name, &f.UpdatedAt, &f.seq}
		if q.Digest {
			dest = append(dest, &f.Digest)
		} else {
			dest = append(dest, &f.Description, &f.CreatedAt, &f.Meta)
		}
		if q.Owner {
			dest = append(dest, &f.UserID, &f.OwnerName)
		}
		return dest
	}
}

// countFlows counts the flows in all pages of a list.
func (s *Store) countFlows(ctx context.Context, q ListQuery) (int64, error) {
	query := listSQL{dialect: s.db.dialect(), ListQuery: q}
	n, err := one(ctx, s.db, value[int64], query.count(), query.args...)
	if err != nil {
		return 0, err
	}
	return *n, nil
}

// cursor is the position of the last row of a page. It has the total, so that only the first
// page has to count.
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
