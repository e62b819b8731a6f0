// Package flow is the model of an AI flow: a directed graph of nodes (inputs,
// models, transforms, ...) joined by edges, as the flows editor draws it and the
// flows API stores it.
//
// Decoding never loses anything. Every value remembers the JSON it was read
// from, so that unknown fields, the order of keys and the spelling of numbers and
// strings come back byte for byte (white space aside) for whatever was not
// changed. Decoding is also tolerant: a field of the wrong type leaves the Go
// field at its zero value, keeps the JSON, and is reported by [Validate].
//
// AppendJSON is the exact encoding. MarshalJSON returns the same bytes, but
// encoding/json's own Marshal re-escapes '<', '>' and '&' inside them; use an
// Encoder with SetEscapeHTML(false), or AppendJSON, where the bytes matter.
package flow
