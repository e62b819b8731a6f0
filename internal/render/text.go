package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Pair is two versions of a flow and what they are called.
type Pair struct {
	Before, After         string // a file's path or a flow's name; "" for none
	BeforeSpec, AfterSpec flow.Spec
	Changes               []flow.Change
}

// nothing is what is called of a flow that is made or deleted, as in git's diffs.
const nothing = "/dev/null"

// Text writes the changes of a pair for a terminal, in colour with color.
func Text(w io.Writer, p Pair, color bool) error {
	t := textWriter{styles: output.NewStyles(w, color)}
	t.line(t.styles.Error, "--- "+cmp.Or(p.Before, nothing))
	t.line(t.styles.Success, "+++ "+cmp.Or(p.After, nothing))
	for _, c := range p.Changes {
		t.change(c)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

type textWriter struct {
	b      strings.Builder
	styles output.Styles
}

func (t *textWriter) line(style func(...string) string, s string) {
	t.b.WriteString(style(output.Text(s)) + "\n")
}

func (t *textWriter) change(c flow.Change) {
	at := place(c)
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
