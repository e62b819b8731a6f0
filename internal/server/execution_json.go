package server

import (
	"github.com/flowctl/flowctl/internal/store"
)

// execution adds a whole execution.
func (a *answer) execution(e *store.Execution) {
	a.executionHead(e)
	a.nullable(`,"inputs":`, e.Inputs)
	a.nullable(`,"outputs":`, e.Outputs)
	a.nullable(`,"node_results":`, e.NodeResults)
	a.nullable(`,"errors":`, e.Errors)
	a.nullable(`,"meta":`, e.Meta)
	a.text(`}`)
}

// executionRow adds a list's row.
func (a *answer) executionRow(e *store.Execution) {
	a.executionHead(e)
	a.text(`}`)
}

func (a *answer) executionHead(e *store.Execution) {
	a.text(`{"id":`)
	a.quote(e.ID)
	a.text(`,"flow_id":`)
	a.quote(e.FlowID)
	a.text(`,"user_id":`)
	a.quote(e.UserID)
	a.text(`,"status":`)
	a.quote(string(e.Status))
	a.text(`,"execution_time":`)
	a.milliseconds(e)
	a.text(`,"created_at":`)
	a.int(e.CreatedAt)
}

func (a *answer) milliseconds(e *store.Execution) {
	if e.ExecutionTime == nil {
		a.text("null")
	} else {
		a.int(*e.ExecutionTime)
	}
}

// nullable adds a member whose value may be null.
func (a *answer) nullable(key string, v []byte) {
	a.text(key)
	if v == nil {
		a.text("null")
	} else {
		a.raw(v)
	}
}

// runResult adds what POST /execute answers, in the names of the editor's own
// executor.
func (a *answer) runResult(e *store.Execution) {
	a.text(`{"executionId":`)
	a.quote(e.ID)
	a.text(`,"flowId":`)
	a.quote(e.FlowID)
	a.text(`,"status":`)
	a.quote(string(e.Status))
	a.nullable(`,"outputs":`, e.Outputs)
	a.nullable(`,"nodeResults":`, e.NodeResults)
	a.nullable(`,"errors":`, e.Errors)
	a.text(`,"executionTime":`)
	a.milliseconds(e)
	a.text(`,"timestamp":`)
	a.int(e.CreatedAt)
	a.text(`}`)
}
