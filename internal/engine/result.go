package engine

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Result is the result of a run. Lists are in the order of the flow's nodes.
type Result struct {
	Status      flow.RunStatus
	Started     time.Time
	Duration    time.Duration
	Inputs      []NodeValue   // the values of the input nodes that ran
	Outputs     []NodeValue   // what the output nodes that ran show: a value, in a loop the list of its rounds' values, or a file
	NodeResults []NodeValue   // of the nodes that succeeded; one without a value (undefined) is not among them
	Errors      []NodeFailure // [flow.GlobalNode] is the run
	Nodes       []NodeReport  // one for each node of the flow
	Tokens      flow.Usage
	Calls       int   // model calls made, without repeated attempts
	Err         error // what ended the run before its time: a *[LimitError] or the context's cause
}

// NodeValue is the value of a node as JSON.
type NodeValue struct {
	Node  string
	Value json.RawMessage
}

// NodeFailure is the error of a node.
type NodeFailure struct {
	Node string
	Err  error
}

// NodeReport sums up the executions of a node over all rounds.
type NodeReport struct {
	ID       string
	Type     flow.NodeType
	Status   flow.NodeStatus // of the last round in which it did anything
	Reason   string          // why it was skipped
	Runs     int
	Attempts int // more than Runs if calls of services were repeated
	Started  time.Time
	Duration time.Duration // of all its executions together
	Tokens   flow.Usage

	FinishReason string   // why its model stopped, of the last round, or of the last one that did not stop by itself
	Refusal      string   // what its model said in place of an answer
	Warnings     []string // what is wrong with its results, each once
	Failure      error    // why an answer that was taken for a success is not one; the run fails
}

// end adds how the model of an execution ended its answer.
func (n *NodeReport) end(e ending) {
	if n.FinishReason == "" || n.FinishReason == "stop" {
		n.FinishReason = e.reason
	}
	if e.refusal != "" {
		n.Refusal = e.refusal
	}
	if e.failure != nil {
		n.Failure = e.failure
	}
	if e.warning != "" && !slices.Contains(n.Warnings, e.warning) {
		n.Warnings = append(n.Warnings, e.warning)
	}
}

// result returns the result of the run.
func (r *run) result() *Result {
	res := &Result{
		Started: r.began, Duration: time.Since(r.began),
		Nodes: r.report.nodes[:r.Graph.present()], Calls: r.budget.calls,
	}
	for _, n := range r.report.nodes {
		AddUsage(&res.Tokens, n.Tokens)
	}
	for i, n := range r.Graph.Nodes {
		o := r.scope.of(n)
		if i < len(res.Nodes) {
			res.Nodes[i].Status, res.Nodes[i].Reason = o.status, o.reason
			if o.status == "" {
				res.Nodes[i].Status = flow.NodePending
			}
		}
		if o.value != nil && n.Kind == flow.Input {
			res.Inputs = append(res.Inputs, nodeValue(n, o.value))
		}
		if o.value != nil && n.Kind == flow.Output {
			res.Outputs = append(res.Outputs, nodeValue(n, shownBy(o.value)))
		}
	}
	res.NodeResults = make([]NodeValue, 0, len(r.Graph.Nodes))
	for _, n := range r.Graph.Nodes {
		o := r.scope.of(n)
		if !js.IsUndefined(o.value) {
			res.NodeResults = append(res.NodeResults, nodeValue(n, o.value))
		}
		if o.err != nil {
			res.Errors = append(res.Errors, NodeFailure{Node: n.ID, Err: o.err})
		}
	}
	for _, n := range res.Nodes {
		failed := func(f NodeFailure) bool { return f.Node == n.ID }
		if n.Failure != nil && !slices.ContainsFunc(res.Errors, failed) {
			res.Errors = append(res.Errors, NodeFailure{Node: n.ID, Err: n.Failure})
		}
	}
	return res
}

// nodeValue returns v as JSON with the node's id; undefined becomes null.
func nodeValue(n *Node, v js.Value) NodeValue {
	return NodeValue{Node: n.ID, Value: encode(v)}
}

// encode returns v as JSON.
func encode(v js.Value) json.RawMessage {
	return js.AppendJSON(make([]byte, 0, js.SizeJSON(v)), v)
}

// shownBy returns the value that an output node with that result shows.
func shownBy(result js.Value) js.Value {
	for _, key := range []string{"iterationResults", "value"} {
		if v, ok := js.Lookup(result, key); ok {
			return v
		}
	}
	return result
}

// Execution returns the result as the API's record of a run of the flow, without an id.
func (r *Result) Execution(flowID string) flow.Execution {
	took := r.Duration.Milliseconds()
	return flow.Execution{
		FlowID:        flowID,
		Status:        r.Status,
		Inputs:        objectOf(r.Inputs),
		Outputs:       objectOf(r.Outputs),
		NodeResults:   objectOf(r.NodeResults),
		Errors:        r.errorTexts(),
		ExecutionTime: &took,
		CreatedAt:     r.Started.Unix(),
		Meta:          r.meta(),
	}
}

func objectOf(values []NodeValue) json.RawMessage {
	o := make(flow.Object, len(values))
	for i, v := range values {
		o[i] = rawjson.Member{Key: v.Node, Value: v.Value}
	}
	return o.AppendJSON(nil)
}

// errorTexts returns the errors by node, null if there are none.
func (r *Result) errorTexts() json.RawMessage {
	if len(r.Errors) == 0 {
		return json.RawMessage("null")
	}
	o := make(js.Object, len(r.Errors))
	for i, e := range r.Errors {
		o[i] = js.Member{Key: e.Node, Value: js.String(e.Err.Error())}
	}
	return js.AppendJSON(nil, o)
}

// meta returns the record's meta, see [flow.ParseRunMeta].
func (r *Result) meta() json.RawMessage {
	nodes := make(flow.Object, len(r.Nodes))
	for i, n := range r.Nodes {
		about := flow.NodeRun{
			Status: n.Status, Reason: n.Reason, Tokens: some(n.Tokens),
			FinishReason: n.FinishReason, Refusal: n.Refusal, Warnings: n.Warnings,
		}
		if took := n.Duration.Milliseconds(); n.Runs > 0 {
			about.Time = &took
		}
		if n.Runs > 1 {
			about.Runs = n.Runs
		}
		if n.Attempts > n.Runs {
			about.Attempts = n.Attempts
		}
		nodes[i] = rawjson.Member{Key: n.ID, Value: plainJSON(about)}
	}
	o := flow.Object{{Key: "nodes", Value: nodes.AppendJSON(nil)}, {Key: "calls", Value: plainJSON(r.Calls)}}
	if r.Tokens != (flow.Usage{}) {
		o.Set("tokens", plainJSON(r.Tokens))
	}
	return o.AppendJSON(nil)
}

// plainJSON returns v as JSON, null if it cannot be encoded.
func plainJSON(v any) json.RawMessage {
	raw, err := rawjson.Encode(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return raw
}

// AddUsage adds the tokens of other to u.
func AddUsage(u *flow.Usage, other flow.Usage) {
	u.Prompt += other.Prompt
	u.Completion += other.Completion
	u.Total += other.Total
}

// some returns the tokens, nil if there are none.
func some(u flow.Usage) *flow.Usage {
	if u == (flow.Usage{}) {
		return nil
	}
	return &u
}
