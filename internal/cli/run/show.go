package run

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/progress"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/runner"
)

// The values of run's --progress.
const (
	progressAuto  = "auto"
	progressPlain = "plain"
	progressNone  = "none"
)

// runShow shows a run while it runs: as events on stdout, and as a display on
// stderr.
type runShow struct {
	events  *output.Printer  // nil for none
	failed  error            // of writing events
	stop    func()           // ends the run, when nobody would see the rest of it
	display progress.Display // nil for none
	unwatch func() bool
}

// show prepares what the flags and streams ask for. stop ends the run.
func (o *runOptions) show(ctx context.Context, f runFlow, stop func()) (*runShow, error) {
	s := &runShow{stop: stop, display: o.display(f)}
	if o.format == runJSONL {
		p, err := o.app.Printer(cmdutil.OutputFlags{Format: output.JSONL})
		if err != nil {
			return nil, err
		}
		s.events = p
	}
	if s.display != nil {
		s.unwatch = context.AfterFunc(ctx, s.display.Release)
	}
	return s, nil
}

// display returns what --progress asks for: by default a tree on a terminal, a line
// for each node elsewhere, and nothing where the events are shown already.
func (o *runOptions) display(f runFlow) progress.Display {
	a, auto := o.app, o.progress == progressAuto
	onTerminal := cmdutil.IsTerminal(a.Err)
	switch {
	case o.progress == progressNone, a.Flags.Quiet, auto && o.format == runJSONL && (!onTerminal || cmdutil.IsTerminal(a.Out)):
		return nil
	case auto && onTerminal && os.Getenv("TERM") != "dumb" && !a.Flags.Debug: // what is logged would tear the tree
		return progress.NewTree(f.Spec, a.Styles(), a.Color(a.Err), a.Err.(*os.File))
	}
	return progress.NewPlain(f.Spec, a.Err)
}

// listener returns what takes the events of a run, nil if nobody wants them. What flowctl
// does not know of an event of a server is written all the same; its times are by another
// clock than the display's.
func (s *runShow) listener() func(runner.Event) {
	if s.events == nil && s.display == nil {
		return nil
	}
	return func(e runner.Event) {
		raw := e.Raw
		if raw != nil {
			e.Time = time.Now()
		} else if s.events != nil {
			raw, _ = rawjson.Encode(e.Event) // has nothing in it that cannot be written
		}
		s.write(raw)
		if s.display != nil {
			s.display.Event(e.Event)
		}
	}
}

// end takes the last look and returns the error of what could not be written.
func (s *runShow) end() error {
	if s.display != nil {
		s.unwatch()
		s.display.End()
	}
	return s.failed
}

// summary returns a line about the whole run, "" if it is not to be shown.
func (s *runShow) summary() string {
	if s.display == nil {
		return ""
	}
	return s.display.Summary()
}

// write writes an event on a line, if events are wanted.
func (s *runShow) write(event json.RawMessage) {
	if s.events == nil || s.failed != nil {
		return
	}
	if s.failed = output.Item(s.events, output.View[rawJSON]{}, rawJSON(event)); s.failed != nil {
		s.stop()
	}
}
