package output

import (
	"fmt"
	"io"
	"strings"
)

// LiveLine is one line of a [Live] block.
type LiveLine struct {
	Lead  string                 // stands before the text and is never cut: our own words, styled
	Text  string                 // made harmless and cut to the terminal's width
	Tail  string                 // the same, behind the text, which gives way to it down to half of the line
	Style func(...string) string // of both; nil for none
}

// Live is a block of lines at the end of a terminal that is drawn again in its
// place when it changes. It writes to the terminal and never asks it anything.
type Live struct {
	w     io.Writer
	drawn int // lines that stand there
}

// NewLive gives an empty block on w, a terminal.
func NewLive(w io.Writer) *Live { return &Live{w: w} }

// MinLiveWidth is the narrowest terminal on which a line of a [Live] block, with a
// lead of two cells, is no longer than the terminal's.
const MinLiveWidth = 2 + minWidth + 1

// Draw shows the lines in place of the ones before. width is the terminal's; the
// lines must be fewer than its rows.
func (l *Live) Draw(width int, lines []LiveLine) {
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", l.drawn)
	}
	for _, line := range lines {
		room := max(width-displayWidth(line.Lead)-1, minWidth)
		tail := Text(line.Tail)
		text := cut(cut(Text(line.Text), max(room-displayWidth(tail), room/2))+tail, room)
		if line.Style != nil {
			text = line.Style(text)
		}
		b.WriteString("\r\x1b[2K" + line.Lead + text + "\r\n")
	}
	if len(lines) < l.drawn {
		b.WriteString("\x1b[J")
	}
	l.drawn = len(lines)
	_, _ = io.WriteString(l.w, b.String()) // there is nowhere left to report that it was not drawn
}

// Tail is the end of a text that is too long for its line, in at most width
// cells: what a growing answer shows.
func Tail(text string, width int) string {
	width = max(width, 0)
	runes := []rune(Text(text))
	for displayWidth(string(runes)) > width && len(runes) > 0 {
		runes = runes[max(1, (len(runes)-width)/2):]
	}
	return string(runes)
}
