package output

import (
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// LiveLine is one line of a [Live] block.
type LiveLine struct {
	Lead  string                 // comes before the text and is never cut: our own words, styled
	Text  string                 // made harmless and cut to the terminal's width
	Tail  string                 // likewise, after the text, which is cut first, down to half of the line
	Style func(...string) string // of text and tail; nil for none
}

// Live is a block of lines at the end of a terminal that is drawn again in its
// place when it changes. It writes to the terminal and never asks it anything.
type Live struct {
	w      io.Writer
	rows   int    // that the last drawing took
	drawn  string // the last drawing
	closed bool
}

// NewLive returns an empty block on w, a terminal.
func NewLive(w io.Writer) *Live { return &Live{w: w} }

// MinLiveWidth is the narrowest terminal on which a line of a [Live] block, with a
// lead of two cells, is no longer than the terminal's.
const MinLiveWidth = 2 + minWidth + 1

// What hides the cursor of a terminal, and shows it again.
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
)

// Draw shows the lines in place of the ones before. The cursor is hidden until
// [Live.Close]. width is the terminal's; the lines must be fewer than its rows.
func (l *Live) Draw(width int, lines []LiveLine) {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("\r\x1b[2K" + line.render(width) + "\r\n")
	}
	if b.String() == l.drawn {
		return
	}
	begin := strings.Repeat("\x1b[A", l.rows) // up to the first line
	if !l.closed {
		begin = hideCursor + begin
	}
	l.rows, l.drawn = len(lines), b.String()
	_, _ = io.WriteString(l.w, begin+l.drawn+"\x1b[J") // there is nowhere left to report that it was not drawn
}

// Close shows the cursor again, for good. What was drawn stays.
func (l *Live) Close() {
	l.closed = true
	_, _ = io.WriteString(l.w, showCursor)
}

func (line LiveLine) render(width int) string {
	room := max(width-displayWidth(line.Lead)-1, minWidth)
	tail := Text(line.Tail)
	text := cutWords(cutWords(Text(line.Text), max(room-displayWidth(tail), room/2))+tail, room)
	if line.Style != nil {
		text = line.Style(text)
	}
	return line.Lead + text
}

// cutWords shortens s to width cells like [cut], at the end of a word unless that
// would lose more than half of the room.
func cutWords(s string, width int) string {
	if displayWidth(s) <= width {
		return s
	}
	short := strings.TrimSuffix(cut(s, width), "…")
	if end := strings.LastIndexByte(short, ' '); end > len(short)/2 && s[len(short)] != ' ' {
		short = short[:end]
	}
	return strings.TrimRight(short, " …") + "…"
}

// Tail is the end of a text that is too long for its line, in at most width
// cells, and begins with a whole word where there is one: what a growing answer
// shows.
func Tail(text string, width int) string {
	text = Text(text)
	over := displayWidth(text) - max(width, 0)
	if over <= 0 {
		return text
	}
	end := ansi.TruncateLeft(text, over, "")
	if _, words, ok := strings.Cut(end, " "); ok && 2*len(words) > len(end) {
		return words
	}
	return end
}
