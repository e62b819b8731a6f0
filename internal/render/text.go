package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Pair is two versions of a flow and what they are called.
type Pair struct {
	Before, After         string // a file's path or a flow's name; "" for none
	BeforeSpec, AfterSpec flow.Spec
	Changes               []flow.Change
}

// redacted returns a pair as it may be shown in the log of a CI job or in a comment: with
// the kinds of secrets in the place of secrets, in ids and keys, too. What is data (JSON,
// a kept plan) has them as they are.
func redacted(p Pair) Pair {
	p.Before, p.After = secrets.RedactText(p.Before), secrets.RedactText(p.After)
	p.BeforeSpec, p.AfterSpec = redactedSpec(p.BeforeSpec), redactedSpec(p.AfterSpec)
	p.Changes = slices.Clone(p.Changes)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Node, c.Edge, c.Path = secrets.RedactText(c.Node), secrets.RedactText(c.Edge), secrets.RedactText(c.Path)
		c.Old, c.New = secrets.Redact(c.Old), secrets.Redact(c.New)
	}
	return p
}

// redactedSpec is what a drawing takes of a flow.
func redactedSpec(s flow.Spec) flow.Spec {
	clean, _ := flow.ParseSpec(secrets.RedactIDs(s.AppendJSON(nil))) // was read before
	return clean
}

// nothing is what is called of a flow that is made or deleted, as in git's diffs.
const nothing = "/dev/null"

// Text returns the changes of a pair for a terminal, in colour with color.
func Text(p Pair, color bool) string {
	p = redacted(p)
	t := textWriter{styles: output.NewStyles(io.Discard, color)}
	t.line(t.styles.Error, "--- "+cmp.Or(p.Before, nothing))
	t.line(t.styles.Success, "+++ "+cmp.Or(p.After, nothing))
	for _, c := range p.Changes {
		t.change(c)
	}
	return t.b.String()
}

type textWriter struct {
	b      strings.Builder
	styles output.Styles
}

func (t *textWriter) line(style func(...string) string, s string) {
	t.b.WriteString(style(output.Text(s)) + "\n")
}

func (t *textWriter) change(c flow.Change) {
	at := c.Where()
	switch {
	case c.Kind == flow.Moved:
		t.line(t.styles.Warning, "~ order of "+at+": "+short(c.Old)+" → "+short(c.New))
	case whole(c) && c.Kind == flow.Added:
		t.line(t.styles.Success, "+ "+at+kind(c, c.New))
	case whole(c) && c.Kind == flow.Removed:
		t.line(t.styles.Error, "- "+at+kind(c, c.Old))
	case c.Kind == flow.Added:
		t.line(t.styles.Success, "+ "+at+": "+short(c.New))
	case c.Kind == flow.Removed:
		t.line(t.styles.Error, "- "+at+": "+short(c.Old))
	default:
		t.changed(c, at)
	}
}

func (t *textWriter) changed(c flow.Change, at string) {
	lines, ok := textDiff(c)
	if !ok {
		t.line(t.styles.Warning, "~ "+at+": "+short(c.Old)+" → "+short(c.New))
		return
	}
	t.line(t.styles.Warning, "~ "+at)
	for _, l := range lines {
		style := t.styles.Hint
		switch l[0] {
		case '+':
			style = t.styles.Success
		case '-':
			style = t.styles.Error
		}
		t.line(style, "    "+l)
	}
}

// kind is the type of a node after its id.
func kind(c flow.Change, raw json.RawMessage) string {
	if c.Node == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", nodeType(raw))
}

// shortest and longest value that a line shows.
const shortText = 200

// short is a value in one line, cut when it is long.
func short(raw json.RawMessage) string {
	s := string(raw)
	if r := []rune(s); len(r) > shortText {
		return string(r[:shortText]) + "…"
	}
	return s
}
