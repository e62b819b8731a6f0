package client

import (
	"context"
	"iter"

	"github.com/flowctl/flowctl/pkg/flow"
)

// ListOptions chooses flows.
type ListOptions struct {
	Search     string // only names that contain it, in any case
	Limit      int    // at most so many in all; 0 is no limit
	Graph      bool   // with nodes, edges, owner and access control
	AllUsers   bool   // everybody's flows, for admins
	Accessible bool   // all flows that the caller may read, instead of their own
}

// List gives the flows that All gives, all at once.
func (s *FlowsService) List(ctx context.Context, opts ListOptions) ([]flow.Flow, error) {
	return nil, errNotBuilt
}

// All goes through the flows, newest updated_at first, while they come in. After
// an error it ends.
func (s *FlowsService) All(ctx context.Context, opts ListOptions) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) { yield(flow.Flow{}, errNotBuilt) }
}
