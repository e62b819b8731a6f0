package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/flowctl/flowctl/pkg/flow"
)

// ExecutionsService works on the records of a flow's runs. On Open WebUI
// everybody who may read a flow sees everybody's runs of it, and they stay when the flow
// is deleted.
type ExecutionsService struct{ c *conn }

const underWayPath = "/api/v1/executions"

// executionRows is the number of rows to a page on both servers.
const executionRows = 60

func (s *ExecutionsService) call(verb, method, flowID, below string) *call {
	return (&call{verb: verb, method: method}).about(flowID, "/executions"+below)
}

// one is a call about one execution.
func (s *ExecutionsService) one(verb, method, flowID, id string) *call {
	k := s.call(verb, method, flowID, "/"+url.PathEscape(id))
	k.subject = id
	return k.check(id, "stats")
}

// List returns the newest limit executions of a flow, all with limit 0, without
// their maps.
func (s *ExecutionsService) List(ctx context.Context, flowID string, limit int) ([]flow.Execution, error) {
	return collect(first(s.All(ctx, flowID), limit))
}

// first ends a sequence after limit items; 0 means no limit.
func first[T any](seq iter.Seq2[T, error], limit int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for item, err := range seq {
			if n++; !yield(item, err) || n == limit {
				return
			}
		}
	}
}

// All goes through the executions of a flow, newest first, without their maps,
// page by page. After an error it ends.
func (s *ExecutionsService) All(ctx context.Context, flowID string) iter.Seq2[flow.Execution, error] {
	return func(yield func(flow.Execution, error) bool) {
		// A run that ends meanwhile moves a row onto the next page: what was given
		// already is left out there.
		seen := map[string]bool{}
		for page := 1; ; page++ {
			rows, err := s.page(ctx, flowID, page)
			if err != nil {
				yield(flow.Execution{}, err)
				return
			}
			fresh := false
			for _, row := range rows {
				if seen[row.ID] {
					continue
				}
				if fresh = true; !yield(row, nil) {
					return
				}
				seen[row.ID] = true
			}
			if !fresh || len(rows) < executionRows {
				return
			}
		}
	}
}

func (s *ExecutionsService) page(ctx context.Context, flowID string, page int) ([]flow.Execution, error) {
	k := s.call("list executions of flow", http.MethodGet, flowID, "")
	k.query = url.Values{}
	setInt(k.query, "page", page)
	var rows []flow.Execution
	_, err := s.c.into(ctx, k, &rows, "a list of executions", nil)
	return rows, err
}

// UnderWay lists the runs that go on or wait on flowctl's server, newest first: for an admin
// everybody's, for others their own and those of their own flows. Elsewhere the error
// is [ErrUnsupported].
func (s *ExecutionsService) UnderWay(ctx context.Context) ([]flow.Execution, error) {
	k := &call{verb: "list the runs that go on", method: http.MethodGet, path: underWayPath}
	can, err := s.c.capabilitiesFor(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case !can.Runs:
		return nil, s.c.refuse(k, ErrUnsupported, "this server runs no flows", "name a flow to see its executions")
	}
	var rows []flow.Execution
	_, err = s.c.into(ctx, k, &rows, "a list of runs", nil)
	return rows, err
}

// Stats sums up the executions of a flow.
func (s *ExecutionsService) Stats(ctx context.Context, flowID string) (flow.ExecutionStats, error) {
	var stats flow.ExecutionStats
	k := s.call("get execution statistics of flow", http.MethodGet, flowID, "/stats")
	_, err := s.c.into(ctx, k, &stats, "statistics", nil)
	return stats, err
}

// Get reads one execution with its maps.
func (s *ExecutionsService) Get(ctx context.Context, flowID, id string) (flow.Execution, error) {
	k := s.one("get execution", http.MethodGet, flowID, id)
	return s.execution(ctx, k)
}

// Create stores the record of a run. FlowID, Status, the four maps, ExecutionTime
// and Meta, which Open WebUI leaves out, are sent; the server sets the rest.
func (s *ExecutionsService) Create(ctx context.Context, e flow.Execution) (flow.Execution, error) {
	k := s.call("record an execution of flow", http.MethodPost, e.FlowID, "")
	took := json.RawMessage("null")
	if e.ExecutionTime != nil {
		took = strconv.AppendInt(nil, *e.ExecutionTime, 10)
	}
	flowID, status := e.FlowID, string(e.Status)
	body := flow.Object{
		{Key: "flow_id", Value: quote(&flowID)},
		{Key: "status", Value: quote(&status)},
		{Key: "inputs", Value: orNull(e.Inputs)},
		{Key: "outputs", Value: orNull(e.Outputs)},
		{Key: "node_results", Value: orNull(e.NodeResults)},
		{Key: "errors", Value: orNull(e.Errors)},
		{Key: "execution_time", Value: took},
	}
	if e.Version > 0 {
		body.Set("version", strconv.AppendInt(nil, e.Version, 10))
	}
	if e.Meta != nil {
		body.Set("meta", e.Meta)
	}
	k.body = body.AppendJSON(nil)
	return s.execution(ctx, k)
}

func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}

func (s *ExecutionsService) execution(ctx context.Context, k *call) (e flow.Execution, err error) {
	if _, err = s.c.into(ctx, k, &e, "an execution", func() bool { return e.ID != "" }); err != nil {
		return flow.Execution{}, err
	}
	return e, nil
}

// Cancel ends a run on flowctl's server and returns its record once that is done. One that
// has ended already is [ErrConflict]; Open WebUI runs nothing, [ErrNotFound].
func (s *ExecutionsService) Cancel(ctx context.Context, flowID, id string) (flow.Execution, error) {
	k := s.one("cancel execution", http.MethodPost, flowID, id)
	k.path += "/cancel"
	return s.execution(ctx, k)
}

// Delete removes one execution.
func (s *ExecutionsService) Delete(ctx context.Context, flowID, id string) error {
	k := s.one("delete execution", http.MethodDelete, flowID, id)
	return s.c.gone(ctx, k)
}

// DeleteAll removes all executions of a flow.
func (s *ExecutionsService) DeleteAll(ctx context.Context, flowID string) error {
	k := s.call("delete the executions of flow", http.MethodDelete, flowID, "")
	return s.c.gone(ctx, k)
}
