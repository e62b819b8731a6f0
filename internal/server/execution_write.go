package server

import (
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// createExecution stores the record of a run that the caller has made, as the caller's.
func (s *Server) createExecution(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	e, faults := parseExecution(o, c.r.PathValue("id"))
	if faults != nil {
		return invalid(faults...)
	}
	flowID, _, err := c.ofFlow()
	if err != nil {
		return err
	}
	e.FlowID, e.UserID = flowID, c.user.ID
	e.Fill()
	charge, err := s.quotas.take(c.r.Context(), e.UserID, 0, int64(e.Size()))
	if err != nil {
		return err
	}
	err = s.st.CreateExecution(c.r.Context(), &e, s.keep)
	charge.settle(err)
	if err != nil {
		return err
	}
	return c.sendExecution(&e)
}

// parseExecution reads the record of a run, which has to be of that flow.
func parseExecution(o flow.Object, flowID string) (e store.Execution, faults []fault) {
	var p parser
	for _, m := range o {
		loc := []any{"body", m.Key}
		switch m.Key {
		case "flow_id":
			if id := p.text(m.Value, loc); id != nil && *id != flowID {
				p.fault("value_error", "Value error, the flow's id in the path is another", loc, m.Value)
			}
		case "status":
			e.Status = p.status(m.Value, loc)
		case "execution_time":
			e.ExecutionTime = p.intOrNull(m.Value, loc)
		case "version":
			e.Version = p.intOrNull(m.Value, loc)
		case "inputs":
			e.Inputs = p.objectOrNil(m.Value, loc)
		case "outputs":
			e.Outputs = p.objectOrNil(m.Value, loc)
		case "node_results":
			e.NodeResults = p.objectOrNil(m.Value, loc)
		case "errors":
			e.Errors = p.objectOrNil(m.Value, loc)
		case "meta":
			e.Meta = p.objectOrNil(m.Value, loc)
			p.most("too_long", "Compact JSON", loc, len(e.Meta), limits.Meta)
		}
	}
	if _, ok := o.Get("status"); !ok {
		p.faults = append(p.faults, missing("body", "status"))
	}
	return e, p.faults
}

// status reads how a run ended.
func (p *parser) status(raw []byte, loc []any) flow.RunStatus {
	text := p.text(raw, loc)
	if text == nil {
		return ""
	}
	switch status := flow.RunStatus(*text); status {
	case flow.RunSuccess, flow.RunError, flow.RunAborted:
		return status
	}
	p.fault("literal_error", "Input should be 'success', 'error' or 'aborted'", loc, raw)
	return ""
}

// intOrNull reads a whole number that is not negative, or null.
func (p *parser) intOrNull(raw []byte, loc []any) *int64 {
	if isNull(raw) {
		return nil
	}
	n := p.integer(string(raw), "int_type", loc, raw, 0, math.MaxInt64)
	return &n
}

// objectOrNil reads an object without its white space; null is nil.
func (p *parser) objectOrNil(raw []byte, loc []any) []byte {
	if isNull(raw) {
		return nil
	}
	return rawjson.AppendCompact(nil, p.object(raw, loc))
}

func (s *Server) deleteExecution(c *call) error {
	e, err := c.execution()
	if err != nil {
		return err
	}
	err = store.ErrInUse // even if another server took it for dead meanwhile
	if !s.runs.underWay(e.ID) {
		err = s.st.DeleteExecution(c.r.Context(), e.FlowID, e.ID)
	}
	if errors.Is(err, store.ErrInUse) {
		return &problem{status: http.StatusConflict, detail: "The run has not ended: cancel it first"}
	}
	if err != nil {
		return err
	}
	s.quotas.forget()
	return c.sendTrue()
}

// deleteExecutions deletes the executions of a flow that the caller sees, except those that
// have not ended, here or in the database.
func (s *Server) deleteExecutions(c *call) error {
	flowID, userID, err := c.ofFlow()
	if err != nil {
		return err
	}
	if _, err := s.st.DeleteExecutions(c.r.Context(), flowID, userID, s.runs.allUnderWay()); err != nil {
		return err
	}
	s.quotas.forget()
	return c.sendTrue()
}

// cancelExecution ends a run, and answers when that is recorded.
func (s *Server) cancelExecution(c *call) error {
	e, err := c.execution()
	if err != nil {
		return err
	}
	// What goes on here is ended, even if another server took it for dead meanwhile.
	if run := s.runs.find(e.ID); run != nil {
		run.cancel(errCancelled)
		select {
		case <-run.done:
		case <-c.r.Context().Done():
			return c.r.Context().Err()
		}
		return c.sendExecution(&run.record)
	}
	if e.Status.Ended() {
		return &problem{status: http.StatusConflict, detail: "The run has ended already: " + string(e.Status)}
	}
	return c.cancelElsewhere(e)
}

// cancelElsewhere asks the server that has the run to end it, and waits until the database
// shows that it has ended.
func (c *call) cancelElsewhere(e *store.Execution) error {
	ctx := c.r.Context()
	if err := c.s.st.CancelExecution(ctx, e.ID); err != nil && !errors.Is(err, store.ErrNotFound) { // it has just ended
		return err
	}
	l := c.s.lease
	give := time.After(l.time + 2*l.beat)
	for {
		if err := c.s.reapDeadRuns(ctx); err != nil {
			return err
		}
		e, err := c.execution()
		if err != nil {
			return err
		}
		if e.Status.Ended() {
			return c.sendExecution(e)
		}
		select {
		case <-time.After(l.beat / 8):
		case <-give:
			return &problem{status: http.StatusServiceUnavailable, detail: "The server that has the run was asked to end it and has not done so yet: look again later"}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *call) sendTrue() error {
	c.json(http.StatusOK, []byte("true"))
	return nil
}
