package server

import (
	"math"
	"net/url"
	"strconv"

	"github.com/flowctl/flowctl/internal/store"
)

// executionRows is the number of executions in a page, as on Open WebUI.
const executionRows = 60

// ofFlow finds whose executions of the path's flow the caller sees: everybody's,
// "", for the flow's owner and admins, for its other readers their own.
func (c *call) ofFlow() (flowID, userID string, err error) {
	f, err := c.readable()
	if err != nil {
		return "", "", err
	}
	if c.rights(f).own {
		return f.ID, "", nil
	}
	return f.ID, c.user.ID, nil
}

// execution returns the execution of the path. Another's is to a mere reader of the
// flow as if it were not there.
func (c *call) execution() (*store.Execution, error) {
	flowID, userID, err := c.ofFlow()
	if err != nil {
		return nil, err
	}
	n, err := c.s.st.ExecutionSize(c.r.Context(), c.r.PathValue("execution"))
	if err == nil {
		err = c.hold(n)
	}
	if err != nil {
		return nil, err
	}
	e, err := c.s.st.Execution(c.r.Context(), flowID, c.r.PathValue("execution"))
	if err == nil && userID != "" && e.UserID != userID {
		err = errNotFound
	}
	return e, err
}

func (s *Server) getExecution(c *call) error {
	e, err := c.execution()
	if err != nil {
		return err
	}
	return c.sendExecution(e)
}

func (c *call) sendExecution(e *store.Execution) error {
	a := c.s.newAnswer()
	a.execution(e)
	return c.send(a)
}

func (s *Server) listExecutions(c *call) error {
	q, params, err := c.executionQuery()
	if err != nil {
		return err
	}
	if q.FlowID, q.UserID, err = c.ofFlow(); err != nil {
		return err
	}
	page, err := s.st.ListExecutions(c.r.Context(), q)
	if err != nil {
		return err
	}
	if page.Next != "" {
		if params.Has("page") {
			params.Set("page", strconv.Itoa(q.Offset/executionRows+2))
		} else {
			params.Set("cursor", page.Next)
		}
		c.Header().Set("Link", c.nextLink(params))
	}
	a := s.newAnswer()
	a.text("[")
	for i := range page.Executions {
		if i > 0 {
			a.text(",")
		}
		a.executionRow(&page.Executions[i])
	}
	a.text("]")
	return c.send(a)
}

// listUnderWay answers with the runs that have not ended: everybody's for an admin.
func (s *Server) listUnderWay(c *call) error {
	userID := c.user.ID
	if c.isAdmin() {
		userID = ""
	}
	list, err := s.st.UnderWay(c.r.Context(), userID)
	if err != nil {
		return err
	}
	a := s.newAnswer()
	a.text("[")
	for i := range list {
		if i > 0 {
			a.text(",")
		}
		a.executionHead(&list[i].Execution)
		a.text(`,"flow_name":`)
		a.quote(list[i].FlowName)
		a.text(`,"user_email":`)
		a.quote(list[i].UserEmail)
		a.text(`}`)
	}
	a.text("]")
	return c.send(a)
}

// executionQuery reads the query of a list: page as on Open WebUI, or limit
// and cursor.
func (c *call) executionQuery() (store.ExecutionQuery, url.Values, error) {
	q := store.ExecutionQuery{Limit: executionRows}
	params := c.r.URL.Query()
	var p parser
	if params.Has("limit") {
		q.Limit = p.number(params, "limit", maxLimit)
	}
	q.Cursor = params.Get("cursor")
	if params.Has("page") {
		q.Offset = (p.number(params, "page", math.MaxInt32) - 1) * executionRows
		if params.Has("limit") || params.Has("cursor") {
			p.fault("value_error", "Value error, page goes neither with limit nor with cursor", []any{"query", "page"}, appendQuoted(nil, params.Get("page")))
		}
	}
	if p.faults != nil {
		return q, nil, invalid(p.faults...)
	}
	return q, params, nil
}

// number reads a whole number from 1 to most in a query.
func (p *parser) number(params url.Values, name string, most int) int {
	text := params.Get(name)
	n, err := strconv.Atoi(text)
	kind, msg := "", ""
	switch {
	case err != nil:
		kind, msg = "int_parsing", "Input should be a valid integer"
	case n < 1:
		kind, msg = "greater_than_equal", "Input should be greater than or equal to 1"
	case n > most:
		kind, msg = "less_than_equal", "Input should be less than or equal to "+strconv.Itoa(most)
	default:
		return n
	}
	p.fault(kind, msg, []any{"query", name}, appendQuoted(nil, text))
	return 1
}

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
