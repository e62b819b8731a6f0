package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// ExecuteRequest says how the server is to run a flow. The zero value runs it with
// the values that it has.
type ExecuteRequest struct {
	Inputs  json.RawMessage // object of the values of input nodes, by node id; nil for none
	Engine  string          // how the flow is read: "standard", "browser"; "" is the server's choice
	Version string          // of the flow, see [Version]; "" is the newest

	// A run that goes beyond one of these limits ends with an error. Zero is no limit of
	// the caller's own.
	MaxCalls  int           // model calls
	MaxTokens int           // tokens of all model calls together
	MaxTime   time.Duration // wall time, in whole milliseconds
	MaxMemory int64         // bytes that the run holds
}

// Execute asks the server to run a flow and returns the record of the run, whole; a run
// that failed is not an error, see its Status. The call takes as long as the run does:
// its limit is ctx, whose end ends the run. It is not tried again when its answer was
// lost. [FlowsService.ExecuteStream] reports what happens meanwhile. From a server that
// leaves running flows to its clients, the error is [ErrDelegated].
func (s *FlowsService) Execute(ctx context.Context, id string, req ExecuteRequest) (flow.Execution, error) {
	var record flow.Execution
	for e, err := range s.ExecuteStream(ctx, id, req) {
		if err != nil {
			return flow.Execution{}, err
		}
		if e.Execution != nil {
			record = *e.Execution // the last one is the result's
		}
	}
	return record, nil
}

func (r ExecuteRequest) call(id string) *call {
	if r.Inputs == nil {
		r.Inputs = json.RawMessage(`{}`)
	}
	body := flow.Object{{Key: "inputs", Value: r.Inputs}}
	if r.Engine != "" {
		body.Set("engine", quote(&r.Engine))
	}
	if limits := r.limits(); len(limits) > 0 {
		body.Set("limits", limits.AppendJSON(nil))
	}
	k := (&call{verb: "execute flow", method: http.MethodPost, body: body.AppendJSON(nil)}).about(id, "/execute")
	if r.Version != "" {
		k.query = url.Values{"version": {r.Version}}
	}
	return k
}

func (r ExecuteRequest) limits() flow.Object {
	var o flow.Object
	for _, limit := range []struct {
		key string
		n   int64
	}{{"calls", int64(r.MaxCalls)}, {"tokens", int64(r.MaxTokens)}, {"time", roundUp(r.MaxTime)}, {"memory", r.MaxMemory}} {
		if limit.n > 0 {
			o.Set(limit.key, strconv.AppendInt(nil, limit.n, 10))
		}
	}
	return o
}

// roundUp returns d in milliseconds, rounded up so that a short time is not 0.
func roundUp(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
