package flowfile

import _ "embed"

//go:embed schema.json
var schema string

// Schema is the JSON Schema (draft 2020-12) of flow files of version 1.0, as it
// is also in docs/schema.
func Schema() string { return schema }
