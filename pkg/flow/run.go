package flow

import (
	"encoding/json"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
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
	Tokens  *Usage          `json:"tokens,omitempty"` // of a model that reports them
	// How a model ended its answer, as the server has it: "stop", "length"; and what
	// it said in place of one.
	FinishReason string `json:"finish_reason,omitempty"`
	Refusal      string `json:"refusal,omitempty"`
	Warning      string `json:"warning,omitempty"` // what is wrong with a result that counts all the same
	// Early marks a result that the browser shows on an output node before the
	// node has run. It is not kept.
	Early bool `json:"early,omitempty"`
}

// EventType is what happened.
type EventType string

// The types of events.
const (
	EventRunStarted EventType = "run.started"
	// EventNodeStarted comes again with the next attempt when a call of a service is tried
	// again; the pieces of the answer before it are void.
	EventNodeStarted  EventType = "node.started"
	EventNodeDelta    EventType = "node.delta" // a piece of a streamed answer
	EventNodeFinished EventType = "node.finished"
	EventNodeSkipped  EventType = "node.skipped"
	EventRunFinished  EventType = "run.finished"
)

// NodeStatus is how a node stands in a run.
type NodeStatus string

// The statuses of a node.
const (
	NodePending NodeStatus = "pending" // the run ended before it
	NodeSuccess NodeStatus = "success"
	NodeError   NodeStatus = "error"
	NodeSkipped NodeStatus = "skipped" // see [NodeRun.Reason]
	NodeAborted NodeStatus = "aborted" // cut off by the end of the run
)

// Usage is how many tokens model calls took.
type Usage struct {
	Prompt     int64 `json:"prompt"`
	Completion int64 `json:"completion"`
	Total      int64 `json:"total"`
}

// RunMeta is the meta of an [Execution] that flowctl has made:
// {"nodes":{id:{"status":…,"time":…}},"calls":…,"tokens":…}.
type RunMeta struct {
	Nodes  []NodeRun // one for each node of the flow, in its order
	Calls  int       // model calls, without repeated attempts
	Tokens *Usage    // of all model calls; nil if none reported any
}

// NodeRun is what a node did in a run, over all its rounds.
type NodeRun struct {
	ID           string     `json:"-"`
	Status       NodeStatus `json:"status"`                  // of the last round in which it did anything
	Reason       string     `json:"reason,omitempty"`        // why it was skipped
	Time         *int64     `json:"time,omitempty"`          // milliseconds of all rounds together; nil if it never ran
	Runs         int        `json:"runs,omitempty"`          // if more than one
	Attempts     int        `json:"attempts,omitempty"`      // if model calls were repeated
	Tokens       *Usage     `json:"tokens,omitempty"`        // nil if none were reported
	FinishReason string     `json:"finish_reason,omitempty"` // why its model stopped: "stop", "length"
	Refusal      string     `json:"refusal,omitempty"`       // what its model said in place of an answer
	Warnings     []string   `json:"warnings,omitempty"`      // what is wrong with its results, each once
}

// ParseRunMeta reads the meta of an execution. What is of another form, such as the
// meta of another client, is left out.
func ParseRunMeta(meta json.RawMessage) RunMeta {
	var raw struct {
		Nodes  json.RawMessage
		Calls  int
		Tokens *Usage
	}
	_ = json.Unmarshal(meta, &raw)
	nodes, _ := rawjson.ParseObject(raw.Nodes)
	m := RunMeta{Calls: raw.Calls, Tokens: raw.Tokens}
	for _, member := range nodes {
		n := NodeRun{ID: member.Key}
		if json.Unmarshal(member.Value, &n) == nil {
			m.Nodes = append(m.Nodes, n)
		}
	}
	return m
}
