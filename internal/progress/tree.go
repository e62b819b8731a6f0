package progress

import (
	"os"
	"time"

	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

const (
	treePeriod = 80 * time.Millisecond // between two drawings
	treeDepth  = 8                     // levels that are indented
)

// Tree draws the nodes of a run on a terminal.
type Tree struct {
	*nodes
	frame  int
	spins  bool // what runs is marked by a spinner
	live   *output.Live
	styles output.Styles
	file   *os.File
	quit   chan struct{}
	done   chan struct{}
}

// NewTree returns a display of the nodes of spec on a terminal, drawn as events
// come, until its End. spins asks for a spinner where a node runs.
func NewTree(spec flow.Spec, styles output.Styles, spins bool, file *os.File) *Tree {
	t := &Tree{
		nodes: newNodes(spec), live: output.NewLive(file), styles: styles, spins: spins, file: file,
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	go t.animate()
	return t
}

func (t *Tree) animate() {
	defer close(t.done)
	ticker := time.NewTicker(treePeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			t.draw()
		case <-t.quit:
			return
		}
	}
}

// Event takes in what happened.
func (t *Tree) Event(e flow.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.event(e)
}

// Release shows the cursor again.
func (t *Tree) Release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live.Close()
}

// End draws how the run ended, which stays on the screen.
func (t *Tree) End() {
	close(t.quit)
	<-t.done
	t.draw()
	t.Release()
}

// size returns the size of the terminal, that of the oldest ones if it is not
// known.
func (t *Tree) size() (width, height int) {
	width, height, err := term.GetSize(int(t.file.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}
