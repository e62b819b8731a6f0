// Package browser is what the editor's own executor makes of texts, answers and
// errors: what it takes for a file, what it takes for an answer, and its words for
// what fails. The engine asks it in its semantics Browser only; what depends on the run
// itself (order, scopes, placeholders) is in the files browser_*.go of package engine.
//
// Every behaviour is recorded in ../testdata/vectors.
package browser
