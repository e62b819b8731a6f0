// Package sync makes the flows of a server what the flow files of a folder
// say. [NewPlan] finds out which file is which flow and what differs, and only
// reads; [Apply] carries a plan out and looks at what the server made of it;
// [Pull] goes the other way. An import is a plan, too, with [Options.Exists] for the flows
// that are there already. A [Lock], a file next to the flow files, remembers
// which flow a file is, on each server.
//
// Files say all of a flow but who may see it, unless they have an access_control,
// and where the editor draws a node, unless the node has a layout: that is then left
// to the server, and a new node gets a place. The editor's run-time state (see
// [digest.WithoutState]) is neither compared nor sent. Open WebUI keeps
// neither meta nor unknown fields of a flow: there they do not count as differences.
package sync
