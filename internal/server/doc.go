// Package server is the flows API over net/http: the contract is openapi.yaml,
// served at /openapi.json and shown at /docs.
//
// A [Server] is an http.Handler for a listener ([Server.Serve]) and for callers
// in the same process ([Server.Transport]), which need no socket and no key. It
// is made for both: constructing one does next to nothing, so that a command
// line can afford it for a single call.
//
// Flows are never decoded into Go values and encoded again. A body is checked, split by its
// top-level keys and stored as text; an answer is made of that text and the server's own
// keys.
package server
