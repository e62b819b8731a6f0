package cmdutil

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
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
		c.Node, c.Edge, c.Path = secrets.RedactText(c.Node), secrets.RedactText(c.Edge), redactedPath(c.Path)
		c.Old, c.New = secrets.Redact(c.Old), secrets.Redact(c.New)
	}
	return p
}

// redactedGraph is what a drawing takes of a flow.
func redactedGraph(s flow.Spec) flow.Spec {
	s.Nodes, s.Edges = slices.Clone(s.Nodes), slices.Clone(s.Edges)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		n.ID, n.Type, n.Data = secrets.RedactText(n.ID), flow.NodeType(secrets.RedactText(string(n.Type))), secrets.Redact(n.Data)
	}
	for i := range s.Edges {
		e := &s.Edges[i]
		for _, end := range []*string{&e.Source, &e.SourceHandle, &e.Target, &e.TargetHandle} {
			*end = secrets.RedactText(*end)
		}
	}
	return s
}

// redactedPath is a JSON pointer without secrets in its keys.
func redactedPath(path string) string {
	tokens := strings.Split(path, "/")
	for i, token := range tokens {
		tokens[i] = rawjson.EscapePointer(secrets.RedactText(rawjson.UnescapePointer(token)))
	}
	return strings.Join(tokens, "/")
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
