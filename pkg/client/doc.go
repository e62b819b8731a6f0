// Package client reads, writes and runs flows on a server: flowctl's own, or the fork of
// Open WebUI that the flows API comes from. It finds out by itself which of the two it
// talks to.
//
// Most users need only [New], [WithToken] and the methods of [FlowsService]:
//
//	c, err := client.New("https://flows.example.com", client.WithToken(token))
//	if err != nil {
//		return err
//	}
//	for f, err := range c.Flows.All(ctx, client.ListOptions{Search: "review"}) {
//		...
//	}
//
// A list leaves out nodes and edges, unless [ListOptions] asks for them. To change a flow,
// read it with [FlowsService.Get], change its fields, and write it with
// [FlowsService.Update], [Replace] and [IfUnchanged]; see the example of [Replace].
// [FlowsService.Execute] runs a flow, and [FlowsService.ExecuteStream] shows how it goes
// on. [Client.Do] makes calls that have no method here. The package clienttest has a
// server for tests.
//
// A [Client] never changes and is safe for concurrent use; one for the whole program keeps
// connections alive between calls. Proxies are taken from the environment, as by
// [net/http.ProxyFromEnvironment]. [WithTransport] replaces the network, such as by a
// server in the same process.
//
// # Errors
//
// A call that fails returns an [*Error]: with the status and the text of the server, or,
// with status 0, the reason why there is no answer. Compare it by errors.Is with
// [ErrNotFound], [ErrForbidden], [ErrUnauthorized], [ErrInvalid] or [ErrConflict]. Its text
// is one line, safe to print, and never contains the token. An answer that is something
// else than was asked for, such as the HTML page of a front end with status 200, is an
// error too.
//
// # Repeated calls
//
// A call that can be done twice without harm (GET, PUT, DELETE, an update) is repeated
// after a connection error and the statuses 429, 502, 503 and 504, with exponential
// backoff, jitter and Retry-After. [WithRetry] sets how often, and how long a wait may be:
// if the server asks for a longer one, the call fails at once. Other POSTs are repeated if
// they cannot have arrived or were turned away unread (429). A flow is created once all the
// same: flowctl's server stores it under an id that this package chooses, and Open WebUI's
// lists are searched for it first. A server that was silent for the whole of [WithTimeout]
// is not asked again.
//
// # Open WebUI
//
// It differs from flowctl's server in ways that this package hides where it can;
// [Client.Capabilities] returns the rest:
//
//   - It has no pages, no search and no entity tags. The client searches and limits its
//     lists while they come in. [IfUnchanged] reads and compares before it writes, which
//     leaves a short gap.
//   - It ignores meta; what [FlowsService.Create] and the others return is the flow as the
//     server has it.
//   - It lets everybody read a flow that came without access_control. New flows are private
//     here unless the spec says otherwise.
//   - A POST may be stored although its answer is a 500 or was lost. Before a flow is sent
//     again, the lists are searched for it. Two equal flows that one user creates at the
//     same moment cannot be told apart by that.
//   - It stores a flow with half a surrogate pair, or nested some 250 levels deep, and then
//     can no longer send any list that has it. Such a flow is refused here.
//
// # Compatibility
//
// From version 1.0 on, what compiles and works with this package goes on to do so within
// a major version. Fields and methods may be added; texts of errors may change.
package client
