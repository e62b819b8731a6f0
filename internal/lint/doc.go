// Package lint judges flows: what [flow.Validate] finds, what the engine refuses,
// and what is allowed but seldom meant. [Rules] is the table of all of it.
//
// The engine says what a flow means: references, branches, loops and and
// package browser where the semantics differ: they find, and lint only words it.
package lint
