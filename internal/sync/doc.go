// Package sync makes the flows on a server equal to the flow files of a folder, and the
// other way round. [NewPlan] matches files and flows and compares them, without writing;
// [Apply] carries out a plan; [Pull] returns what the files should contain. An import is a
// plan with [Options.Exists]. A [Lock], a file next to the flow files, records for each
// server which flow each file belongs to.
//
// A file without access_control leaves the flow's access to the server, and a node without a
// layout its position; a new node gets one. The editor's run-time state (see
// [digest.WithoutState]) is neither compared nor sent. Open WebUI keeps neither meta nor
// unknown fields of a flow, so that these are not compared there.
package sync
