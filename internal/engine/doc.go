// Package engine runs flows.
//
// [Run] compiles the flow into a graph, refuses flows that its [Semantics] does not accept,
// and passes the graph's plan to the scheduler, which starts a node as soon as everything
// that it waits for is done. Each node type has an executor. [Services] has
// the interfaces to models, knowledge, the web and files. A loop lets the scheduler run the
// plan of its body once per round.
//
// [NewStandard] returns the semantics that the editor's user guide describes. Package browser
// has those of the executor in the editor.
package engine
