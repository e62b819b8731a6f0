package engine

import (
	"context"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Semantics has everything in which the ways of running flows differ. A value is used for one
// run. [NewStandard] returns the engine's own.
type Semantics interface {
	// Name returns the name with which users choose it.
	Name() string
	// Adjust changes the options of a run to those that the semantics supports.
	Adjust(o *Options)
	// Parse reads JSON.
	Parse(text string) (js.Value, error)
	// Plans compiles the graph. refused are the problems for which the flow is not run;
	// ended is the error of a run that ends before its first node.
	Plans(spec flow.Spec, g *Graph, limits Limits) (made Plans, refused []flow.Problem, ended error)
	// Chooses reports whether a conditional chooses one of its branches.
	Chooses() bool
	// CutsArray reports whether a loop over an array has no more rounds than MaxRounds.
	CutsArray(loop *Node) bool

	// Admit decides whether a node runs, and with which inputs.
	Admit(c *Call) Admission
	// Check returns an error if the node's executor must not be called.
	Check(c *Call) error
	// Finished is called at the end of a node that was not skipped.
	Finished(ctx context.Context, c *Call, err error)
	// Error returns the error of a node with the semantics' text; nil stays nil.
	Error(c *Call, err error) error
	// Conclude completes the result. left reports whether steps are left undone.
	Conclude(res *Result, left bool)

	// Fill fills in the placeholders of a query or a template, and Compared those of
	// what a conditional compares.
	Fill(c *Call, text string) (string, error)
	Compared(c *Call) (condition string, with js.Value, err error)

	// Message returns what a model is sent, Request completes the request around it,
	// Accept decides whether an answer is one, and Content returns the node's result.
	Message(ctx context.Context, c *Call, model string) (Message, error)
	Request(c *Call, req *ChatRequest)
	Accept(c *Call, body js.Value) (js.Value, error)
	Content(c *Call, body js.Value) (js.Value, error)

	// Fetched returns the value of a backend's answer, or the error.
	Fetched(c *Call, answer js.Value, err error) (js.Value, error)
	// Chunks returns the results of a query of a knowledge base, or the reason for none.
	Chunks(c *Call, found js.Value) (chunks js.Array, none string)
	// Search searches the web, or fetches the page that the query is the address of.
	Search(ctx context.Context, c *Call, query string) (results js.Array, collection js.Value, err error)

	// Array returns what an array loop goes over, and Rounds runs the loop's body.
	Array(c *Call, path string) (js.Array, error)
	Rounds(ctx context.Context, c *Call, body *Plan, items Items) (js.Value, error)

	// Extract returns a field of a value or of the JSON that a text is.
	Extract(c *Call, in js.Value, field string) (js.Value, error)
	// Show returns the result of an output node that shows in, and FindFile which file
	// of the server the text of one is.
	Show(c *Call, in js.Value) (js.Value, error)
	FindFile(ctx context.Context, c *Call, text string) (id, contentType string, err error)
}
