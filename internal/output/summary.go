package output

import (
	"bufio"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Field is one line of a [Summary].
type Field struct {
	Label string
	Text  string // may have several lines; a field without text is left out
}

// Summary writes one thing's fields for people: labels, and aligned after them
// the texts, wrapped on a terminal.
func Summary(p *Printer, fields []Field) error {
	indent := 0
	for _, f := range fields {
		indent = max(indent, displayWidth(f.Label)+len(gap))
	}
	label := p.style().Bold(true)
	w := bufio.NewWriter(p.w)
	for _, f := range fields {
		if f.Text == "" {
			continue
		}
		pad := strings.Repeat(" ", indent-displayWidth(f.Label))
		_, _ = w.WriteString(label.Render(f.Label) + pad) // a bufio.Writer keeps its error for Flush
		for i, line := range p.wrap(f.Text, indent) {
			if i > 0 && line != "" {
				line = strings.Repeat(" ", indent) + line
			}
			_, _ = w.WriteString(line + "\n")
		}
	}
	return w.Flush()
}

// wrap breaks text into lines that fit next to an indent.
func (p *Printer) wrap(text string, indent int) []string {
	text = Lines(strings.TrimRight(text, "\n"))
	if p.opts.Width > 0 {
		text = ansi.Wrap(text, max(p.opts.Width-indent, minWidth), "")
	}
	return strings.Split(text, "\n")
}

// Blank writes an empty line, between parts for people.
func (p *Printer) Blank() error { return p.println("") }
