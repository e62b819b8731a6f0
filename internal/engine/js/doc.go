// Package js has the values of JavaScript and the few of its operations that
// running a flow depends on: flows are drawn in a browser, and what their texts,
// patterns and numbers mean is what its language makes of them.
//
// Texts are Go strings in UTF-8. A lone surrogate, which JavaScript's strings
// may hold and UTF-8 may not, is kept in the three bytes that UTF-8 would use for
// it (WTF-8), and written as a \u escape in JSON.
package js
