package engine

import (
	"context"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

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
