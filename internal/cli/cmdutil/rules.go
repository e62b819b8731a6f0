package cmdutil

import (
	"io"

	"github.com/flowctl/flowctl/internal/files"
)

// PrintRule prints the rule with a code for 'flowctl help rules CODE'.
func PrintRule(w io.Writer, code string) error {
	for _, r := range files.Rules() {
		if r.Code == code {
			_, err := io.WriteString(w, files.Explain(r))
			return err
		}
	}
	return Usage(files.CheckCode(code))
}
