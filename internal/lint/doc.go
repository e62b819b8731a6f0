// Package lint judges flows: what [flow.Validate] finds, what the engine refuses,
// and what is allowed but seldom meant. [Rules] is the table of all of it.
//
// The engine says what a flow means: references, branches, loops and where its
// two semantics part are found by [engine.Inspect], and only worded here.
package lint
