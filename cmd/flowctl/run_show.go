package main

import (
	"encoding/json"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
)

// runShow shows a run while it runs: as events on stdout, or as a tree on the
// terminal that stderr is.
type runShow struct {
	events *output.Printer // nil for none
	failed error           // of writing events
	stop   func()          // ends the run, when nobody would see the rest of it
	tree   *runTree        // nil for none
}

// show prepares what the flags and streams ask for. stop ends the run.
func (o *runOptions) show(f runFlow, stop func()) (*runShow, error) {
	s := &runShow{stop: stop}
	if o.format == runJSONL {
		p, err := o.app.printer(outputFlags{format: string(output.JSONL)})
		if err != nil {
			return nil, err
		}
		s.events = p
	}
	if o.hasTree() {
		s.tree = newRunTree(f.spec, o.app.styles(), o.app.color(o.app.err), o.app.err.(*os.File))
	}
	return s, nil
}

// listener is told what happens, nil if nobody wants to know.
func (s *runShow) listener() func(engine.Event) {
	if s.events == nil && s.tree == nil {
		return nil
	}
	return func(e engine.Event) {
		s.write(engineJSON{e})
		if s.tree != nil {
			s.tree.event(e)
		}
	}
}

// tell takes an event of a run on the server. What flowctl does not know of it is
// written all the same; its times are by another clock than the tree's.
func (s *runShow) tell(data json.RawMessage) {
	s.write(rawJSON(data))
	var e engine.Event
	if s.tree == nil || json.Unmarshal(data, &e) != nil {
		return
	}
	e.Time = time.Now()
	s.tree.event(e)
}

// hasTree tells whether the run is drawn: on a terminal that understands it, and
// that nothing else is written to meanwhile.
func (o *runOptions) hasTree() bool {
	return isTerminal(o.app.err) && os.Getenv("TERM") != "dumb" && !o.app.flags.quiet && !o.app.flags.debug &&
		(o.format != runJSONL || !isTerminal(o.app.out))
}

// end takes the last look and gives the error of what could not be written.
func (s *runShow) end() error {
	if s.tree != nil {
		s.tree.end()
	}
	return s.failed
}

// write writes an event on a line, if events are wanted.
func (s *runShow) write(event any) {
	if s.events == nil || s.failed != nil {
		return
	}
	if s.failed = output.Item(s.events, output.View[any]{}, event); s.failed != nil {
		s.stop()
	}
}

// terminalSize is the size of a terminal, that of the oldest ones if it does not
// say.
func terminalSize(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}
