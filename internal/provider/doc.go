// Package provider is what runs of flows call over HTTP: models at any
// OpenAI-compatible address ([NewModel]), and the backend's models, knowledge
// bases, web search and files ([NewBackend]).
//
// An answer that is not a success is an *engine.HTTPError, so that the engine knows
// what to try again and how long to wait. No error has the token in it, whatever
// the other side says.
package provider
