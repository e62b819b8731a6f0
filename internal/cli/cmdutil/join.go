package cmdutil

import (
	"bytes"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
)

// Join joins words for a message, made harmless and without secrets.
func Join(words []string) string {
	var b bytes.Buffer
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(output.Text(secrets.RedactText(w)))
	}
	return b.String()
}
