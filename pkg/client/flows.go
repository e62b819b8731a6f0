package client

import (
	"context"
	"encoding/json"

	"github.com/flowctl/flowctl/pkg/flow"
)

// FlowsService works on flows.
type FlowsService struct{ c *conn }

// Get reads one flow and its revision.
func (s *FlowsService) Get(ctx context.Context, id string) (flow.Flow, Revision, error) {
	return flow.Flow{}, "", errNotBuilt
}

// Create stores a new flow, private (access_control {}) unless the spec says
// otherwise.
func (s *FlowsService) Create(ctx context.Context, spec flow.Spec) (flow.Flow, error) {
	return flow.Flow{}, errNotBuilt
}

// Update changes the fields of a flow that the patch has.
func (s *FlowsService) Update(ctx context.Context, id string, p Patch, opts ...WriteOption) (flow.Flow, error) {
	return flow.Flow{}, errNotBuilt
}

// Delete removes a flow.
func (s *FlowsService) Delete(ctx context.Context, id string, opts ...WriteOption) error {
	return errNotBuilt
}

// Duplicate makes a private copy of a flow; name "" is "<name> (Copy)".
func (s *FlowsService) Duplicate(ctx context.Context, id, name string) (flow.Flow, error) {
	return flow.Flow{}, errNotBuilt
}

// Export gives the server's version 1.0 document of a flow.
func (s *FlowsService) Export(ctx context.Context, id string) ([]byte, error) {
	return nil, errNotBuilt
}

// Import stores a new flow from a version 1.0 document or a bare flow, as JSON.
func (s *FlowsService) Import(ctx context.Context, doc []byte) (flow.Flow, error) {
	return flow.Flow{}, errNotBuilt
}

// Execute asks the server to run a flow. inputs is a JSON object by node id, nil
// for none.
func (s *FlowsService) Execute(ctx context.Context, id string, inputs json.RawMessage) (ExecuteResult, error) {
	return ExecuteResult{}, errNotBuilt
}

// Delegated is the status in an [ExecuteResult] of a server that leaves running to its
// client.
const Delegated = "delegated_to_client"

// ExecuteResult is the answer to [FlowsService.Execute].
type ExecuteResult struct {
	FlowID  string `json:"flowId"`
	Status  string `json:"status"` // see [Delegated]
	Message string `json:"message"`
}
