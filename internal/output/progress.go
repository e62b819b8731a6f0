package output

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	barWidth     = 24
	redrawPeriod = 100 * time.Millisecond
)

// Progress is a bar on one line of a terminal. The nil *Progress draws nothing,
// for when stderr is none. It is safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	label string
	total int
	done  int
	drawn time.Time
}

// NewProgress returns a bar of total steps that is drawn on w, a terminal.
func NewProgress(w io.Writer, label string, total int) *Progress {
	return &Progress{w: w, label: label, total: total}
}

// Step counts one step as done.
func (p *Progress) Step() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if now := time.Now(); now.Sub(p.drawn) >= redrawPeriod || p.done == p.total {
		p.drawn = now
		p.draw()
	}
}

func (p *Progress) draw() {
	full := barWidth
	if p.total > 0 {
		full = min(barWidth, barWidth*p.done/p.total)
	}
	bar := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
	_, _ = fmt.Fprintf(p.w, "\r%s %s %d/%d", p.label, bar, p.done, p.total)
}

// Clear takes the bar off the screen.
func (p *Progress) Clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.w, "\r\x1b[K")
}
