package cmdutil

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
)

// Join joins words for a message, made harmless and without secrets.
func Join(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		words[i] = output.Text(secrets.RedactText(w))
	}
	return strings.Join(words, ", ")
}

// WriteHarmless writes JSON or text to a terminal, where texts of others must not do
// anything. That changes no value of JSON, only how a string is spelt.
func WriteHarmless(w io.Writer, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := io.WriteString(w, output.Lines(text.String()))
	return err
}
