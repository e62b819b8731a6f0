package engine

import (
	"context"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// inPlace runs the body as the browser does: in the scope of the flow, where the
// loop's own result is, for the time of a round, what the round is given, and
// every node's result that of its last round.
func (c *call) inPlace(ctx context.Context, body *plan, items items) (js.Value, error) {
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
