package engine

import "github.com/flowctl/flowctl/pkg/flow"

// The events of a run and what they are made of stand in package flow, since clients of
// a server that runs flows get them, too.
type (
	Event      = flow.Event
	EventType  = flow.EventType
	NodeStatus = flow.NodeStatus
	Usage      = flow.Usage
)

// See the constants of the same names in package flow.
const (
	EventRunStarted   = flow.EventRunStarted
	EventNodeStarted  = flow.EventNodeStarted
	EventNodeDelta    = flow.EventNodeDelta
	EventNodeFinished = flow.EventNodeFinished
	EventNodeSkipped  = flow.EventNodeSkipped
	EventRunFinished  = flow.EventRunFinished

	NodePending = flow.NodePending
	NodeSuccess = flow.NodeSuccess
	NodeError   = flow.NodeError
	NodeSkipped = flow.NodeSkipped
	NodeAborted = flow.NodeAborted
)
