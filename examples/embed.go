// Package examples has the flows of this folder in the program.
package examples

import "embed"

//go:embed *.json
var files embed.FS

// Files returns the flow files of this folder.
func Files() embed.FS { return files }
