package engine

import (
	"encoding/json"
	"time"
)

// EventType says what happened.
type EventType string

// The types of events.
const (
	EventRunStarted EventType = "run.started"
	// EventNodeStarted comes again with the next attempt when a model call is tried
	// again; the pieces of the answer before it are void.
	EventNodeStarted  EventType = "node.started"
	EventNodeDelta    EventType = "node.delta" // a piece of a streamed answer
	EventNodeFinished EventType = "node.finished"
	EventNodeSkipped  EventType = "node.skipped"
	EventRunFinished  EventType = "run.finished"
)

// NodeStatus is how a node stands.
type NodeStatus string

// The statuses of a node.
const (
	NodePending NodeStatus = "pending" // the run ended before it
	NodeSuccess NodeStatus = "success"
	NodeError   NodeStatus = "error"
	NodeSkipped NodeStatus = "skipped" // see [NodeReport.Reason]
	NodeAborted NodeStatus = "aborted" // cut off by the end of the run
)

// Event is something that happened during a run.
type Event struct {
	Type    EventType       `json:"type"`
	Time    time.Time       `json:"time"`
	Node    string          `json:"node,omitempty"`    // "" for the run's own events
	Round   []int           `json:"round,omitempty"`   // rounds of the loops around the node, the outermost first, from 0
	Attempt int             `json:"attempt,omitempty"` // from 1, for nodes
	Status  string          `json:"status,omitempty"`  // of finished and skipped ones: a [NodeStatus], or the run's
	Delta   string          `json:"delta,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   string          `json:"error,omitempty"`
	Reason  string          `json:"reason,omitempty"` // why the node was skipped, or its model is asked again
	Tokens  *Usage          `json:"tokens,omitempty"` // of a model that tells them
	// How a model ended its answer, as the server has it: "stop", "length"; and what
	// it said in place of one.
	FinishReason string `json:"finish_reason,omitempty"`
	Refusal      string `json:"refusal,omitempty"`
	Warning      string `json:"warning,omitempty"` // what is wrong with a result that counts all the same
	// Early marks a result that the browser shows on an output node before the
	// node has run. It is not kept.
	Early bool `json:"early,omitempty"`
}

// Usage is how many tokens model calls took.
type Usage struct {
	Prompt     int `json:"prompt"`
	Completion int `json:"completion"`
	Total      int `json:"total"`
}

func (u *Usage) add(v Usage) {
	u.Prompt += v.Prompt
	u.Completion += v.Completion
	u.Total += v.Total
}
