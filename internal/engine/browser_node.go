package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// needData fails like JavaScript on a node without data, by the first field that
// the browser's executor of its type looks at.
func (inBrowser) needData(c *call) error {
	switch {
	case c.node.hasData():
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

// succeeded lets the output nodes after a node that is done show its result at once.
// Failures there are ignored.
func (inBrowser) succeeded(ctx context.Context, c *call) {
	for _, e := range c.node.out {
		v := c.scope.of(c.node).value
		if e.target.kind != flow.Output || js.IsUndefined(v) {
			continue
		}
		early := &call{run: c.run, scope: c.scope, node: e.target, inputs: []js.Value{v}, out: &outcome{}}
		if value, err := early.guarded(ctx); err == nil {
			c.report.early(c.scope, e.target, value)
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

// searched queries the collection that old versions name, whatever there is
// of it, and falls back on the names of the pages.
func (inBrowser) searched(ctx context.Context, c *call, found js.Value, query string) (results js.Array, err error) {
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

// admit lets every node run, with what its sources have made: undefined is dropped,
// null is kept.
func (inBrowser) admit(s *scope, n *node) admission {
	var a admission
	for _, e := range n.in {
		if v := s.of(e.source).value; !js.IsUndefined(v) {
			a.inputs = append(a.inputs, v)
		}
	}
	return a
}

// extract takes a top-level key out of JSON, which may be missing.
func (inBrowser) extract(c *call, in js.Value, key string) (js.Value, error) {
	var err error
	if text, ok := js.AsString(in); ok {
		in, err = c.parse(text)
	}
	if _, null := in.(js.Null); null || err != nil {
		return nil, browser.Errorf("Failed to extract field from input")
	}
	return js.Get(in, key), nil
}

// content returns the result that an answer is.
func (inBrowser) content(_ *call, body js.Value) (js.Value, error) { return browser.Answer(body) }

// readJSON reads a text as JSON, and leaves what is not JSON as it is.
func (inBrowser) readJSON(c *call, v js.Value) (js.Value, error) {
	text := js.ToString(v)
	if err := c.take(valuesIn(text)); err != nil {
		return nil, err
	}
	if parsed, err := js.Parse(text); err == nil {
		return parsed, nil
	}
	return v, nil
}

// rounds runs the body as the browser does: in the scope of the flow, where the
// loop's own result is, for the time of a round, what the round is given, and
// every node's result that of its last round.
func (inBrowser) rounds(ctx context.Context, c *call, body *plan, items items) (js.Value, error) {
	list := items.list()
	// The end of an inner loop ends the gathering of the outer one too.
	c.scope.accumulating = true
	c.scope.depth++
	defer func() {
		c.scope.accumulating = false
		c.scope.depth--
	}()
	for _, item := range list {
		before := c.out.value
		c.scope.set(c.node, item)
		if err := c.schedule(ctx, body, c.scope); err != nil {
			return nil, err
		}
		if !js.IsUndefined(before) {
			c.scope.set(c.node, before)
		}
	}
	return loopResult(list), nil
}

// array knows {{input}}, spelt so, and {{node.output.path}} anywhere in
// the text.
func (inBrowser) array(c *call, path string) (js.Value, error) {
	if path == "{{input}}" && len(c.inputs) > 0 {
		return c.inputs[0], nil
	}
	if !strings.Contains(path, "{{") {
		return c.listOf(path)
	}
	for p := range placeholders(path) {
		name, keys, ok := p.output()
		if !ok {
			continue
		}
		v := c.found(name)
		if js.IsUndefined(v) {
			return nil, browser.Errorf("Node %s not found in results. Available nodes: %s", name, c.available())
		}
		return followStrictly(v, keys)
	}
	return nil, browser.Errorf("Invalid array path template: %s", path)
}

// followStrictly is follow with the browser's errors, which name the way to the
// first key of that name.
func followStrictly(v js.Value, path string) (js.Value, error) {
	if path == "" {
		return v, nil
	}
	keys := strings.Split(path[1:], ".")
	for _, key := range keys {
		next, ok := js.Lookup(v, key)
		if !ok || js.Type(v) != "object" {
			first := 0
			for keys[first] != key {
				first++
			}
			return nil, browser.Errorf("Path %s not found in result at %s", key, strings.Join(keys[:first+1], "."))
		}
		v = next
	}
	return v, nil
}
