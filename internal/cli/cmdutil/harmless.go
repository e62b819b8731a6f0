package cmdutil

import (
	"bytes"
	"io"

	"github.com/flowctl/flowctl/internal/output"
)

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
