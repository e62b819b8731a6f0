// Package browser has the semantics of the executor inside the editor, to the words of its
// errors, so that a run there can be reproduced or explained; and [Differences], the
// places of a flow where these and standard semantics differ.
//
// Every behaviour is recorded in ../testdata/vectors.
package browser
