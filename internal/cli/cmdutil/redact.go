package cmdutil

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Redacted returns a pair as it may be shown in the log of a CI job or in a comment: with
// the kinds of secrets in the place of secrets, in ids and keys, too. What is data (JSON,
// a kept plan) has them as they are.
func Redacted(p render.Pair) render.Pair {
	p.Before, p.After = secrets.RedactText(p.Before), secrets.RedactText(p.After)
	p.BeforeSpec, p.AfterSpec = redactedGraph(p.BeforeSpec), redactedGraph(p.AfterSpec)
	p.Changes = slices.Clone(p.Changes)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Node, c.Edge, c.Path = secrets.RedactText(c.Node), secrets.RedactText(c.Edge), secrets.RedactText(c.Path)
		c.Old, c.New = secrets.Redact(c.Old), secrets.Redact(c.New)
	}
	return p
}

// redactedGraph is what a drawing takes of a flow.
func redactedGraph(s flow.Spec) flow.Spec {
	clean, _ := flow.ParseSpec(secrets.RedactIDs(s.AppendJSON(nil))) // was read before
	return clean
}

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
