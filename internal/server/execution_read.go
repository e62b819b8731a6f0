package server

import (
	"math"
	"net/url"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

// executionRows is the number of executions in a page, as on Open WebUI.
const executionRows = 60

// ofFlow returns whose executions of the flow in the path the caller may see: those of all
// users (userID is "") for the owner and admins, their own for other readers.
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

// execution returns the execution in the path. For one that the caller may not see it is the
// same error as if it did not exist.
func (c *call) execution() (*store.Execution, error) {
	flowID, userID, err := c.ofFlow()
	if err != nil {
		return nil, err
	}
	n, err := c.s.st.ExecutionSize(c.r.Context(), c.r.PathValue("execution"))
	if err == nil {
		err = c.reserve(n)
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
	a := c.newAnswer()
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
	a := c.newAnswer()
	a.list(len(page.Executions), func(i int) {
		a.executionHead(&page.Executions[i])
		a.text(`}`)
	})
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
	a := c.newAnswer()
	a.list(len(list), func(i int) {
		a.executionHead(&list[i].Execution)
		a.string(`,"flow_name":`, list[i].FlowName)
		a.string(`,"user_email":`, list[i].UserEmail)
		a.text(`}`)
	})
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
			p.fault("value_error", "Value error, page goes neither with limit nor with cursor", []any{"query", "page"}, rawjson.AppendString(nil, params.Get("page")))
		}
	}
	if p.faults != nil {
		return q, nil, invalid(p.faults...)
	}
	return q, params, nil
}

// execution adds a whole execution.
func (a *answer) execution(e *store.Execution) {
	a.executionHead(e)
	a.value(`,"inputs":`, e.Inputs)
	a.value(`,"outputs":`, e.Outputs)
	a.value(`,"node_results":`, e.NodeResults)
	a.value(`,"errors":`, e.Errors)
	a.value(`,"meta":`, e.Meta)
	a.text(`}`)
}

func (a *answer) executionHead(e *store.Execution) {
	a.string(`{"id":`, e.ID)
	a.string(`,"flow_id":`, e.FlowID)
	a.string(`,"user_id":`, e.UserID)
	a.string(`,"status":`, string(e.Status))
	a.intOrNull(`,"execution_time":`, e.ExecutionTime)
	a.int(`,"created_at":`, e.CreatedAt)
	a.intOrNull(`,"version":`, e.Version)
}

// runResult adds what POST /execute answers, in the names of the editor's own
// executor.
func (a *answer) runResult(e *store.Execution) {
	a.string(`{"executionId":`, e.ID)
	a.string(`,"flowId":`, e.FlowID)
	a.string(`,"status":`, string(e.Status))
	a.value(`,"outputs":`, e.Outputs)
	a.value(`,"nodeResults":`, e.NodeResults)
	a.value(`,"errors":`, e.Errors)
	a.intOrNull(`,"executionTime":`, e.ExecutionTime)
	a.int(`,"timestamp":`, e.CreatedAt)
	a.text(`}`)
}
