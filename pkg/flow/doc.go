// Package flow is the model of an AI flow: a directed graph of nodes (inputs, models,
// transforms, …) joined by edges, as the flows editor draws it and the flows API stores it.
//
// Most users need only [ParseSpec] or a [Spec] of their own, [Node] with its methods Text
// and Set, and [Validate]. A [Flow] is a stored Spec, with an id, an owner and a
// [Flow.Revision]. [Diff] and [MergeSpecs] compare flows; [Access] is who may see one; an
// [Execution] is the record of a run, and an [Event] something that happens during one.
//
// Decoding never loses anything. Every value remembers the JSON that it was read from, so
// that unknown fields, the order of keys and the spelling of numbers and strings come back
// byte for byte (white space aside) where nothing was changed. Decoding is also tolerant: a
// field of the wrong type leaves the Go field at its zero value, keeps the JSON, and is
// reported by [Validate].
//
// AppendJSON is the exact encoding, and the fast one. MarshalJSON returns the same bytes for
// encoding/json, whose Marshal escapes '<', '>' and '&' in them once more; use an Encoder
// with SetEscapeHTML(false), or AppendJSON, where the bytes matter.
//
// From version 1.0 on, what compiles and works with this package goes on to do so within a
// major version. Fields, methods and the rules of [Validate] may be added.
package flow
