package engine

import (
	"context"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// semantics is the code that differs between [Standard] and [Browser]. Where they
// differ in a detail, the core asks its [Rules].
type semantics interface {
	// plans compiles the graph. ended is the error of a run that cannot begin.
	plans(spec flow.Spec, g *graph, limits Limits) (made plans, refused []flow.Problem, ended error)
	// admit decides whether a node runs, and with which inputs.
	admit(s *scope, n *node) admission
	// needData returns the error of a node without data.
	needData(c *call) error
	// succeeded is called after the result of a node is kept.
	succeeded(ctx context.Context, c *call)

	// Texts with placeholders, by type of node.
	fillCompared(c *call, condition string, compare js.Value) (string, js.Value, error)
	fillQuery(c *call, query string) (string, error)
	fillTemplate(c *call, template, input string) (string, error)
	prompt(c *call, model string) (prompt, error)

	// array returns what an array loop goes over; rounds runs the loop's body.
	array(c *call, path string) (js.Value, error)
	rounds(ctx context.Context, c *call, body *plan, items items) (js.Value, error)

	// Answers and values.
	content(c *call, body js.Value) (js.Value, error)
	searched(ctx context.Context, c *call, found js.Value, query string) (js.Array, error)
	extract(c *call, in js.Value, path string) (js.Value, error)
	readJSON(c *call, v js.Value) (js.Value, error)
}

// standard implements [Standard], and inBrowser [Browser].
type (
	standard  struct{}
	inBrowser struct{}
)

// behavior returns the implementation.
func (s Semantics) behavior() semantics {
	if s == Browser {
		return inBrowser{}
	}
	return standard{}
}
