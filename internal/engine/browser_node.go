package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// needData fails like JavaScript on a node without data, by the first field that
// the browser's executor of its type looks at.
func (c *call) needData() error {
	switch {
	case c.rules.Errors, c.node.hasData():
		return nil
	case c.node.kind == flow.Transform && (len(c.inputs) == 0 || !js.Truthy(c.inputs[0])):
		return nil // it misses its input first
	}
	first := map[flow.NodeType]string{
		flow.Input: "value", flow.Model: "modelId", flow.Knowledge: "knowledgeBaseId", flow.WebSearch: "query",
		flow.Transform: "operation", flow.Conditional: "condition", flow.Loop: "loopType",
		flow.Merge: "strategy", flow.Output: "format",
	}[c.node.kind]
	return browser.Errorf("Cannot read properties of %s (reading '%s')", js.ToString(c.node.data), first)
}

// showEarly lets output nodes behind a node that is done show its result at
// once, which the browser does. A failure there is nobody's.
func (r *run) showEarly(ctx context.Context, c *call) {
	if r.rules.Order {
		return
	}
	for _, e := range c.node.out {
		v := c.scope.of(c.node).value
		if e.target.kind != flow.Output || js.IsUndefined(v) {
			continue
		}
		early := &call{run: r, scope: c.scope, node: e.target, inputs: []js.Value{v}, out: &outcome{}}
		if value, err := early.guarded(ctx); err == nil {
			r.report.early(c.scope, e.target, value)
		}
		early.done()
	}
}

// takenForSuccess judges an answer that the browser has taken. The node keeps its
// result where that is not an answer, but the run fails.
func (c *call) takenForSuccess(body js.Value) ending {
	e, err := judge(body)
	if err != nil {
		e.failure = fmt.Errorf("the browser takes this answer for a success, but %w", err)
	}
	return e
}

// browserSearched queries the collection that old versions name, whatever there is
// of it, and falls back on the names of the pages.
func (c *call) browserSearched(ctx context.Context, found js.Value, query string) (results js.Array, err error) {
	var collection json.RawMessage
	if v := js.Get(found, "collection_name"); !js.IsUndefined(v) {
		collection = js.AppendJSON(nil, v)
	}
	most, err := c.count("maxResults", 5)
	var list js.Value
	if err == nil {
		list, err = c.webAnswer(ctx, func() (json.RawMessage, error) {
			return c.Services.Searcher.QueryCollection(ctx, collection, query, most)
		})
	}
	if err == nil {
		results, err = documents(list)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		results = fileNames(found)
	}
	return results, nil
}

func fileNames(found js.Value) js.Array {
	results := js.Array{}
	names, _ := js.Get(found, "filenames").(js.Array)
	for _, name := range names {
		results = append(results, result(name, name, js.String(""), js.ToString(name), js.Object{{Key: "source", Value: name}}))
	}
	return results
}
