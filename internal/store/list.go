package store

import "context"

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
func (s *Store) ListFlows(ctx context.Context, q ListQuery) (*FlowPage, error) {
	return nil, errPending
}
