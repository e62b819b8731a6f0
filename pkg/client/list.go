package client

import (
	"context"
	"errors"
	"iter"

	"github.com/flowctl/flowctl/pkg/flow"
)

// ListOptions chooses flows. Open WebUI cannot choose: there the client searches and
// counts while the whole list comes in, and AllUsers goes as far as its lists do, which
// leave out other people's private flows even for an admin.
type ListOptions struct {
	Search   string // only names that contain it, in any case
	Limit    int    // at most so many in all; 0 means no limit
	Graph    bool   // with nodes, edges, and on flowctl's server owner and access control
	AllUsers bool   // everybody's flows, for admins
	Access   Access // all flows that the caller has this right to, instead of their own
	Name     string // only flows with exactly this name
	IDPrefix string // only flows whose id begins with it
	Deleted  bool   // those that were deleted and can be restored instead, last deleted first, which updated_at says; only on our server
	Owner    bool   // with whose they are, as an unknown field "user"; Open WebUI does not say
	Digest   bool   // no more than id, name and time, and a digest of what they say as an unknown field "digest"; without Graph and Access, and not of Open WebUI
	Loose    bool   // all flows from a server that cannot search, for a caller who does

	second bool // Open WebUI's list of what the caller may change, after that of what they may read
}

// Access is a right to flows.
type Access string

// The rights that a list may be of. Rights are independent: who may change a flow need
// not be allowed to read it, and a list without Graph is all that there is of it then.
const (
	AccessRead Access = "read" // what is the caller's, public, or shared with them; an admin's, too
	AccessAny  Access = "any"  // what the caller may read or change; on flowctl's server everything for an admin

	AccessWrite  Access = "write"  // what is the caller's, or shared with them to be changed
	AccessPublic Access = "public" // what is public, on flowctl's server
	AccessShared Access = "shared" // what others share with the caller, to be read, and is not public, on flowctl's server
)

// List returns the flows that All returns, all at once. If an answer breaks off, it
// begins again.
func (s *FlowsService) List(ctx context.Context, opts ListOptions) ([]flow.Flow, error) {
	for try := 1; ; try++ {
		flows, err := collect(s.All(ctx, opts))
		var failed *Error
		if !errors.As(err, &failed) || !failed.broke || try > s.c.retry.Max {
			return flows, err
		}
		if sleep(ctx, s.c.retry.backoff(try)) != nil {
			return nil, err
		}
	}
}

// collect makes a list of a sequence; empty, not nil, if there is nothing in it.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	items := []T{}
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// All goes through the flows, newest updated_at first, while they come in: page
// by page from flowctl's server, element by element from Open WebUI. No more than
// one flow is held at a time. After an error it ends.
func (s *FlowsService) All(ctx context.Context, opts ListOptions) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		l := listing{s: s, opts: opts, seen: map[string]bool{}} // each time through begins as it was asked for
		for l.page(ctx, yield) {
		}
	}
}
