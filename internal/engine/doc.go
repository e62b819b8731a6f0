// Package engine runs flows.
//
// A flow has two semantics. [Standard] is what the editor's user guide promises,
// [Browser] is exactly what the executor inside the editor does, so that a run
// can be reproduced or explained. There is one engine. Where the code of the two
// differs it calls an interface, semantics, which standard.go and browser_*.go
// implement; where they differ in a detail it asks its [Rules].
//
// [Run] compiles the flow into a graph, refuses what standard does not take, and
// hands the graph's plan to the scheduler, which starts every node as soon as
// what it needs is there. An executor for each node type does the node's work;
// what is outside (models, knowledge, the web, files) is reached through the interfaces of
// [Services]. A loop has the scheduler run the plan of its body once a round.
//
// Where a behaviour of the browser is claimed, testdata/vectors has it recorded.
package engine
