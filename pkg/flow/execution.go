package flow

import "encoding/json"

// RunStatus is how a run of a flow ended, or stands.
type RunStatus string

// The statuses of a run. The real backend uses the first three.
const (
	RunSuccess RunStatus = "success"
	RunError   RunStatus = "error"
	RunAborted RunStatus = "aborted"
	RunPending RunStatus = "pending" // waits for its turn on our server
	RunRunning RunStatus = "running"
)

// Ended tells whether the run is over.
func (s RunStatus) Ended() bool { return s != RunPending && s != RunRunning }

// Execution is the record of one run of a flow. List rows carry no maps.
type Execution struct {
	ID            string          `json:"id"`
	FlowID        string          `json:"flow_id"`
	UserID        string          `json:"user_id,omitempty"`
	Status        RunStatus       `json:"status"`
	Inputs        json.RawMessage `json:"inputs,omitempty"`       // object by node id, or null
	Outputs       json.RawMessage `json:"outputs,omitempty"`      // object by node id, or null
	NodeResults   json.RawMessage `json:"node_results,omitempty"` // object by node id, or null
	Errors        json.RawMessage `json:"errors,omitempty"`       // object of texts by node id, or null
	ExecutionTime *int64          `json:"execution_time"`         // milliseconds; nil when unknown
	CreatedAt     int64           `json:"created_at"`             // epoch seconds
	Meta          json.RawMessage `json:"meta,omitempty"`         // our server's: node statuses, times, tokens
}

// ExecutionStats sums up a flow's executions.
type ExecutionStats struct {
	Total         int64    `json:"total_executions"`
	Success       int64    `json:"success_count"`
	Errors        int64    `json:"error_count"`
	Aborted       int64    `json:"aborted_count"`
	AverageTime   *float64 `json:"avg_execution_time"` // milliseconds; nil without any
	LastExecution *int64   `json:"last_execution_at"`  // epoch seconds; nil without any
}
