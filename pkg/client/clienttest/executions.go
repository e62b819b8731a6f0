package clienttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/pkg/flow"
)

// execution is a stored run. The flow that it is stored under is the one that its
// body named, whatever the path said.
type execution = flow.Execution

const executionRows = 60

func (b *Backend) record(w http.ResponseWriter, r *http.Request, u *User) {
	doc := form(w, r, map[string]byte{"flow_id": '"', "status": '"', "inputs": '{', "outputs": '{', "node_results": '{', "errors": '{'}, "flow_id", "status", "execution_time")
	if doc == nil || b.find(w, r, u, reads) == nil {
		return
	}
	e := &execution{ID: uuid.NewString(), UserID: u.ID, CreatedAt: b.opts.Now().Unix()}
	text := func(key string) string {
		v, _ := doc.Get(key)
		s, _ := strconv.Unquote(string(v))
		return s
	}
	e.FlowID, e.Status = text("flow_id"), flow.RunStatus(text("status"))
	for key, to := range map[string]*json.RawMessage{"inputs": &e.Inputs, "outputs": &e.Outputs, "node_results": &e.NodeResults, "errors": &e.Errors} {
		*to = json.RawMessage("null")
		if v, ok := doc.Get(key); ok {
			*to, _ = respell(v)
		}
	}
	e.Meta = json.RawMessage("{}") // cannot be set
	if v, ok := doc.Get("execution_time"); ok && string(v) != "null" {
		ms, _ := strconv.ParseInt(string(v), 10, 64)
		e.ExecutionTime = &ms
	}
	b.executions = append(b.executions, e)
	reply(w, e)
}

// of returns the executions of a flow, newest first. They outlive it.
func (b *Backend) of(flowID string) []*execution {
	var list []*execution
	for _, e := range slices.Backward(b.executions) {
		if e.FlowID == flowID {
			list = append(list, e)
		}
	}
	return list
}

func (b *Backend) listExecutions(w http.ResponseWriter, r *http.Request, u *User) {
	if b.find(w, r, u, reads) == nil {
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	list := b.of(r.PathValue("id"))
	list = list[min(max(page-1, 0)*executionRows, len(list)):]
	rows := []map[string]any{}
	for _, e := range list[:min(executionRows, len(list))] {
		rows = append(rows, map[string]any{"id": e.ID, "flow_id": e.FlowID, "status": e.Status, "execution_time": e.ExecutionTime, "created_at": e.CreatedAt})
	}
	reply(w, rows)
}

func (b *Backend) stats(w http.ResponseWriter, r *http.Request, u *User) {
	if b.find(w, r, u, reads) == nil {
		return
	}
	var s flow.ExecutionStats
	var sum, timed float64
	for _, e := range b.of(r.PathValue("id")) {
		s.Total++
		switch e.Status {
		case flow.RunSuccess:
			s.Success++
		case flow.RunError:
			s.Errors++
		case flow.RunAborted:
			s.Aborted++
		}
		if s.LastExecution == nil {
			s.LastExecution = &e.CreatedAt
		}
		if e.ExecutionTime != nil {
			sum, timed = sum+float64(*e.ExecutionTime), timed+1
		}
	}
	mean := 0.0 // without runs, too
	if timed > 0 {
		mean = sum / timed
	}
	s.AverageTime = &mean
	reply(w, s)
}

func (b *Backend) getExecution(w http.ResponseWriter, r *http.Request, u *User) {
	if e := b.findExecution(w, r, u, reads); e != nil {
		reply(w, e)
	}
}

func (b *Backend) findExecution(w http.ResponseWriter, r *http.Request, u *User, can right) *execution {
	if b.find(w, r, u, can) == nil {
		return nil
	}
	for _, e := range b.of(r.PathValue("id")) {
		if e.ID == r.PathValue("execution") {
			return e
		}
	}
	fail(w, http.StatusNotFound, "Execution not found")
	return nil
}

// deleteExecution wants the right to write the flow.
func (b *Backend) deleteExecution(w http.ResponseWriter, r *http.Request, u *User) {
	if e := b.findExecution(w, r, u, writes); e != nil {
		b.executions = slices.DeleteFunc(b.executions, func(x *execution) bool { return x == e })
		reply(w, true)
	}
}

func (b *Backend) deleteExecutions(w http.ResponseWriter, r *http.Request, u *User) {
	if b.find(w, r, u, writes) != nil {
		id := r.PathValue("id")
		b.executions = slices.DeleteFunc(b.executions, func(x *execution) bool { return x.FlowID == id })
		reply(w, true)
	}
}
