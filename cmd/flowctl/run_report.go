package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// print writes what came of the run to stdout.
func (o *runOptions) print(res *engine.Result, record flow.Execution) error {
	switch o.format {
	case runJSON:
		return o.printValue(executionObject(record))
	case runJSONL: // the events have been written
		return nil
	}
	switch len(res.Outputs) {
	case 0:
		return nil
	case 1:
		return o.printOutput(res.Outputs[0].Value)
	}
	shown := make(flow.Object, len(res.Outputs))
	for i, v := range res.Outputs {
		shown[i] = flow.Member{Key: v.Node, Value: v.Value}
	}
	return o.printValue(shown)
}

// printOutput writes the value of the only output node: a text as it is.
func (o *runOptions) printOutput(value json.RawMessage) error {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return o.printValue(value)
	}
	if isTerminal(o.app.out) {
		text = output.Lines(text)
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, err := io.WriteString(o.app.out, text)
	return err
}

func (o *runOptions) printValue(v any) error {
	p, err := o.app.printer(outputFlags{format: string(output.JSON)})
	if err != nil {
		return err
	}
	return output.Item(p, output.View[any]{}, v)
}

// engineJSON is something of the engine's as its tags say: without what is not
// told of it, and without escapes for HTML.
type engineJSON struct{ v any }

// AppendJSON appends it as compact JSON.
func (e engineJSON) AppendJSON(dst []byte) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(e.v) // has nothing in it that cannot be
	return append(dst, bytes.TrimSpace(b.Bytes())...)
}

// executionObject is an execution as the API gives it, whole: what has no value
// is null. One that is not kept has no id.
func executionObject(e flow.Execution) flow.Object {
	var o flow.Object
	for _, m := range []struct{ key, text string }{{"id", e.ID}, {"flow_id", e.FlowID}, {"user_id", e.UserID}, {"status", string(e.Status)}} {
		if m.text != "" {
			o.Set(m.key, jsonText(m.text))
		}
	}
	for _, m := range []struct {
		key   string
		value json.RawMessage
	}{{"inputs", e.Inputs}, {"outputs", e.Outputs}, {"node_results", e.NodeResults}, {"errors", e.Errors}} {
		if m.value == nil {
			m.value = json.RawMessage("null")
		}
		o.Set(m.key, m.value)
	}
	took := "null"
	if e.ExecutionTime != nil {
		took = fmt.Sprint(*e.ExecutionTime)
	}
	o.Set("execution_time", json.RawMessage(took))
	o.Set("created_at", json.RawMessage(fmt.Sprint(e.CreatedAt)))
	if e.Meta != nil {
		o.Set("meta", e.Meta)
	}
	return o
}

// outcome is the error of a run that did not succeed.
func outcome(ctx context.Context, res *engine.Result) error {
	done, skipped := 0, 0
	for _, n := range res.Nodes {
		switch n.Status {
		case engine.NodeSuccess:
			done++
		case engine.NodeSkipped:
			skipped++
		}
	}
	switch {
	case res.Status == flow.RunSuccess:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; %d of %s were done", done, plural(len(res.Nodes), "node"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the run failed; %d of %s were done", done, plural(len(res.Nodes), "node"))
	if skipped > 0 {
		fmt.Fprintf(&b, ", %d skipped", skipped)
	}
	for _, e := range res.Errors {
		var limit *engine.LimitError
		if errors.As(e.Err, &limit) || e.Node == "global" {
			b.WriteString("\n  " + e.Err.Error())
			continue
		}
		fmt.Fprintf(&b, "\n  node %s: %s", quoted(e.Node), e.Err)
	}
	return noError{b.String()}
}
