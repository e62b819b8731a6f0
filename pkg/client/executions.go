package client

import (
	"context"
	"iter"

	"github.com/flowctl/flowctl/pkg/flow"
)

// ExecutionsService works on the records of a flow's runs.
type ExecutionsService struct{ c *conn }

// List gives the newest limit executions of a flow, all with limit 0, without
// their maps.
func (s *ExecutionsService) List(ctx context.Context, flowID string, limit int) ([]flow.Execution, error) {
	return nil, errNotBuilt
}

// All goes through the executions of a flow, newest first, without their maps.
// After an error it ends.
func (s *ExecutionsService) All(ctx context.Context, flowID string) iter.Seq2[flow.Execution, error] {
	return func(yield func(flow.Execution, error) bool) { yield(flow.Execution{}, errNotBuilt) }
}

// Stats sums up the executions of a flow.
func (s *ExecutionsService) Stats(ctx context.Context, flowID string) (flow.ExecutionStats, error) {
	return flow.ExecutionStats{}, errNotBuilt
}

// Get reads one execution with its maps.
func (s *ExecutionsService) Get(ctx context.Context, flowID, id string) (flow.Execution, error) {
	return flow.Execution{}, errNotBuilt
}

// Create stores the record of a run. FlowID, Status, the four maps and
// ExecutionTime are sent; the server sets the rest.
func (s *ExecutionsService) Create(ctx context.Context, e flow.Execution) (flow.Execution, error) {
	return flow.Execution{}, errNotBuilt
}

// Delete removes one execution.
func (s *ExecutionsService) Delete(ctx context.Context, flowID, id string) error {
	return errNotBuilt
}

// DeleteAll removes all executions of a flow.
func (s *ExecutionsService) DeleteAll(ctx context.Context, flowID string) error {
	return errNotBuilt
}
