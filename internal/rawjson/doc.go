// Package rawjson reads and writes JSON without losing anything of it: the order of keys,
// the spelling of numbers and texts, what nobody knows. It works on text and copies little,
// since flows may be large.
//
// Functions that take a [json.RawMessage] expect text that [Check], or what read it,
// has found good.
package rawjson
