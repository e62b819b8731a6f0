package flow

import (
	"encoding/json"
)

// RunStatus is how a run of a flow ended, or stands.
type RunStatus string

// The statuses of a run. Open WebUI uses the first three.
const (
	RunSuccess RunStatus = "success"
	RunError   RunStatus = "error"
	RunAborted RunStatus = "aborted"
	RunPending RunStatus = "pending" // waits for its turn on flowctl's server
	RunRunning RunStatus = "running"
)

// Ended reports whether the run is over.
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
	Version       int64           `json:"version,omitempty"`      // number of the version of the flow that ran; 0 when unknown
	Meta          json.RawMessage `json:"meta,omitempty"`         // of flowctl's server, see [ParseRunMeta]
	FlowName      string          `json:"flow_name,omitempty"`    // only in lists of runs that have not ended
	UserEmail     string          `json:"user_email,omitempty"`   // likewise; whose run it is
}

// GlobalNode is the key of the run itself in an [Execution]'s Errors.
const GlobalNode = "global"

// ExecutionStats sums up a flow's executions. What may be left out comes from our
// server alone, and is of the newest 1,000 executions.
type ExecutionStats struct {
	Total         int64       `json:"total_executions"`
	Success       int64       `json:"success_count"`
	Errors        int64       `json:"error_count"`
	Aborted       int64       `json:"aborted_count"`
	AverageTime   *float64    `json:"avg_execution_time"`           // milliseconds; 0 without any, nil from servers that say null
	LastExecution *int64      `json:"last_execution_at"`            // epoch seconds; nil without any
	P50           *int64      `json:"p50_execution_time,omitempty"` // milliseconds
	P95           *int64      `json:"p95_execution_time,omitempty"` // milliseconds
	Tokens        *Usage      `json:"tokens,omitempty"`             // of all model calls; nil if none told any
	Nodes         []NodeStats `json:"nodes,omitempty"`
}

// NodeStats sums up what a node did in the executions of its flow.
type NodeStats struct {
	ID      string `json:"id"`
	Success int64  `json:"success_count"`
	Errors  int64  `json:"error_count"`
	Skipped int64  `json:"skipped_count"`
	P50     *int64 `json:"p50_time"` // milliseconds in one execution; nil if it never ran
	P95     *int64 `json:"p95_time"`
	Tokens  Usage  `json:"tokens"`
}
