// Package client talks to a flows backend: flowctl's own server, or the fork of
// Open WebUI that the flows API comes from. It finds out by itself which of them
// it has before it.
//
//	c, err := client.New("https://flows.example.com", client.WithToken(token))
//	...
//	for f, err := range c.Flows.All(ctx, client.ListOptions{Search: "review"}) {
//		...
//	}
//
// A [Client] never changes and is safe for concurrent use; one for the whole
// program keeps connections alive between calls. Proxies are taken from the
// environment, as [net/http.ProxyFromEnvironment] reads it. [WithTransport] puts
// anything else in the place of the network, such as a server in the same process.
//
// # Errors
//
// Calls that fail give an [*Error]: with the server's status and words, or, with
// status 0, what kept an answer from coming. Ask for its kind with errors.Is and
// [ErrNotFound], [ErrForbidden], [ErrUnauthorized], [ErrInvalid] or [ErrConflict].
// Its text is one line, safe to print, and never has the token in it. An answer
// that is not what was asked for, such as a front end's HTML page with status 200,
// is an error too.
//
// # Trying again
//
// A call that can be done twice without harm (GET, DELETE, an update) is tried
// again after a connection error and the statuses 429, 502, 503 and 504, with
// exponential backoff, full jitter and regard for Retry-After; [WithRetry] says
// how often, and how long a wait may be: if the server asks for a longer one, the
// call fails at once. A DELETE that finds nothing after its first answer was lost is done.
// Other POSTs are tried again when they cannot have arrived or were turned away
// unread (429). A flow is made once all the same: our own server stores it under an id
// that this package chooses, the real backend is searched for it. A server that was
// silent for the whole of [WithTimeout] is not asked again.
//
// # The real backend
//
// It differs from our own server's contract in ways that this package hides where
// it can, and documents where it cannot:
//
//   - It has no pages, no search and no entity tags. Lists are searched and cut on
//     this side while they stream in, and [IfUnchanged] reads and compares before
//     it writes, which leaves a short gap.
//   - meta cannot be set there; what [FlowsService.Create] and the others return is
//     the flow as the server has it.
//   - It lets everybody read a flow that came without access_control, or a copy. New
//     flows are private here unless the spec says otherwise; copies are made so right
//     after they were made.
//   - A POST may be stored although its answer is a 500 or got lost. Before a flow
//     is sent again, the lists are searched for it. Two equal flows that one user
//     creates at the same moment cannot be told apart by that.
//   - A flow with half a surrogate pair in it, or nested some 250 levels deep, is
//     stored, and breaks every list that holds it. It is not sent there.
package client
