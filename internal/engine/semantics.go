package engine

import (
	"context"
	"fmt"

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

// behaviour returns the implementation.
func (s Semantics) behaviour() semantics {
	if s == Browser {
		return inBrowser{}
	}
	return standard{}
}

// Semantics is how a flow runs: by which rules.
type Semantics string

// The semantics.
const (
	Standard Semantics = "standard" // what the user guide promises; the default
	Browser  Semantics = "browser"  // what the editor's own executor does
)

// ParseSemantics returns the semantics of that name; "" is [Standard].
func ParseSemantics(name string) (Semantics, error) {
	switch r := Semantics(name); r {
	case "", Standard:
		return Standard, nil
	case Browser:
		return Browser, nil
	}
	return "", fmt.Errorf("unknown engine %q, want %s or %s", name, Standard, Browser)
}

// Rules returns the rules of the semantics.
func (s Semantics) Rules() Rules {
	if s == Browser {
		return Rules{}
	}
	return Rules{
		CheckedFirst: true, Order: true, Branches: true, Errors: true, Interpolation: true,
		Files: true, Model: true, Transform: true, Loop: true, Output: true,
		Chunks: true, Exact: true,
	}
}

// Rules are the rules by which standard departs from the browser; the browser
// has none of them.
type Rules struct {
	CheckedFirst  bool // a flow that cannot mean what it says is refused before anything runs
	Order         bool // a node runs as soon as what it needs is there, references included
	Branches      bool // only the edges of a conditional's chosen handle are live
	Errors        bool // what depends on a failed node is skipped; failed calls of services are tried again
	Interpolation bool // one pass; {{input}} is every live input; what does not resolve is an error
	Files         bool // files are what a node declares, never what a text looks like
	Model         bool // all advanced settings are sent, and no ids of a chat; the answer may be streamed, and one without words is a failure
	Transform     bool // an empty text is an input; extract takes a path
	Loop          bool // a body runs once a round in a scope of its own, and makes the loop's outputs
	Output        bool // json must be JSON

	// Two that the user guide has no words for.
	Chunks bool // answers to queries and searches are read as the backend means them: chunk by chunk, scores as they are, every form of a search's answer; an address in capitals is one
	Exact  bool // numbers keep their spelling, however long, and objects the order of their keys
}
