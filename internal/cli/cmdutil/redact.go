package cmdutil

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
)

// Join joins words for a message, without control characters and secrets.
func Join(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		words[i] = output.Text(secrets.RedactText(w))
	}
	return strings.Join(words, ", ")
}

// WriteHarmless lets write write JSON or text to a terminal, with control characters escaped.
// Values in JSON stay the same; only the spelling of strings changes.
func WriteHarmless(w io.Writer, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := io.WriteString(w, output.Lines(text.String()))
	return err
}
