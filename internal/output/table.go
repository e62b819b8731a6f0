package output

import (
	"bufio"
	"io"
	"iter"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	gap      = "  "
	minWidth = 8  // a column that has to shrink keeps this much
	maxPad   = 80 // cells are not aligned beyond this: where nothing is cut, one endless name must not stretch every row
)

// writeTable writes an aligned table with a header line. On a terminal too
// narrow for it the widest columns are cut.
func writeTable[T any](p *Printer, v View[T], items iter.Seq2[T, error]) error {
	var titles []string
	columns := make([]Column[T], 0, len(v.Columns))
	for _, c := range v.Columns {
		if !c.Wide || p.opts.Format == Wide {
			columns = append(columns, c)
			titles = append(titles, c.Title)
		}
	}
	var rows [][]string
	failed := each(items, func(item T) error {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = Text(c.Text(p, item))
		}
		rows = append(rows, row)
		return nil
	})
	if len(rows) == 0 {
		return failed
	}
	for i, c := range columns {
		if c.ID && p.opts.Format != Wide {
			shortenIDs(rows, i)
		}
	}
	widths := columnWidths(titles, rows)
	if p.opts.Width > 0 {
		order := make([]cutting, len(columns))
		for i, c := range columns {
			switch {
			case c.ID:
				order[i] = never
			case c.Whole:
				order[i] = last
			}
		}
		fit(widths, order, p.opts.Width)
		cutRow(titles, widths)
		for _, row := range rows {
			cutRow(row, widths)
		}
	}
	w := bufio.NewWriter(p.w)
	header := p.style().Bold(true)
	writeRow(w, titles, widths, func(s string) string { return header.Render(s) })
	for _, row := range rows {
		writeRow(w, row, widths, nil)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return failed
}

func columnWidths(titles []string, rows [][]string) []int {
	widths := make([]int, len(titles))
	for i, t := range titles {
		widths[i] = displayWidth(t)
	}
	for _, row := range rows {
		for i, s := range row {
			widths[i] = max(widths[i], displayWidth(s))
		}
	}
	return widths
}

// displayWidth is the number of terminal cells that s takes.
func displayWidth(s string) int { return ansi.StringWidth(s) }

// cutting is when a column is cut, as against the others.
type cutting int

const (
	first cutting = iota
	last
	never
)

// fit takes cells from the widest columns until the row is not wider than total, or all
// that may be cut are at their least width.
func fit(widths []int, order []cutting, total int) {
	excess := len(gap)*(len(widths)-1) - total
	for _, w := range widths {
		excess += w
	}
	for _, turn := range []cutting{first, last} {
		for excess > 0 {
			widest := -1
			for i, w := range widths {
				if order[i] == turn && w > minWidth && (widest < 0 || w > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
			excess--
		}
	}
}

func writeRow(w io.StringWriter, row []string, widths []int, style func(string) string) {
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1] // no blanks at the end of a line
	}
	for i, s := range row {
		pad := max(0, min(widths[i], maxPad)-displayWidth(s))
		if style != nil {
			s = style(s)
		}
		_, _ = w.WriteString(s) // a bufio.Writer keeps its error for Flush
		if i < len(row)-1 {
			_, _ = w.WriteString(strings.Repeat(" ", pad) + gap)
		}
	}
	_, _ = w.WriteString("\n")
}

func cutRow(row []string, widths []int) {
	for i, s := range row {
		row[i] = cut(s, widths[i])
	}
}

// Wrap breaks a text, made harmless as by [Text], into lines of at most width cells,
// between words where it can. What does not fit into so many lines is cut.
func Wrap(s string, width, lines int) []string {
	wrapped := strings.Split(ansi.Wrap(Text(s), width, ""), "\n")
	if len(wrapped) <= lines {
		return wrapped
	}
	last := strings.Join(wrapped[lines-1:lines+1], " ") + " …"
	return append(wrapped[:lines-1], cutWords(last, width))
}

// cut shortens s to width cells, the last one an ellipsis.
func cut(s string, width int) string { return ansi.Truncate(s, width, "…") }
