package output

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// style returns a lipgloss style with fixed colours: an adaptive one would ask the
// terminal for its background and wait for an answer.
func (p *Printer) style() lipgloss.Style { return newStyle(p.w, p.opts.Color) }

func newStyle(w io.Writer, color bool) lipgloss.Style {
	r := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.Ascii))
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	return r.NewStyle()
}

// Styles are the colours of words.
type Styles struct {
	Error, Warning, Success, Hint, Heading func(...string) string
}

// NewStyles returns the styles for w, without any effect unless color is on.
func NewStyles(w io.Writer, color bool) Styles {
	base := newStyle(w, color)
	return Styles{
		Error:   base.Foreground(lipgloss.Color("1")).Bold(true).Render,
		Warning: base.Foreground(lipgloss.Color("3")).Render,
		Success: base.Foreground(lipgloss.Color("2")).Render,
		Hint:    base.Faint(true).Render,
		Heading: base.Bold(true).Render,
	}
}
