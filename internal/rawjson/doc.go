// Package rawjson reads and writes JSON without losing anything: the order of keys, the
// spelling of numbers and strings, unknown members. It works on the text and copies little,
// since flows may be large.
//
// Functions that take a [json.RawMessage] expect valid JSON, as checked by [Check] or by the
// function that read it.
package rawjson
