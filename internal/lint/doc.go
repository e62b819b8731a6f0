// Package lint judges flows: what [flow.Validate] finds, what the engine refuses,
// and what is allowed but seldom meant. [Rules] is the table of all of it.
//
// What a flow means (references, branches, loops) is in [engine.Graph], and where the
// semantics differ in package browser; lint looks there.
package lint
