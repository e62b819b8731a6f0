// Package engine runs flows.
//
// [Run] compiles the flow into a graph, refuses what its [Semantics] does not take, and
// hands the graph's plan to the scheduler, which starts every node as soon as
// what it needs is there. An executor for each node type does the node's work;
// what is outside (models, knowledge, the web, files) is reached through the interfaces of
// [Services]. A loop has the scheduler run the plan of its body once a round.
//
// [NewStandard] is what the editor's user guide promises. Package browser has what the
// executor inside the editor does.
package engine
