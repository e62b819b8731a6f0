package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

// fileWriter writes what was pulled, notes it in the lock and reports it.
type fileWriter struct {
	app         *cmdutil.App
	d           *sync.Folder
	profile     string
	env         *sync.Env
	exports     bool   // also new files
	title       string // of the summary
	left, again string // what to do about files that stay, and after failures
}

func (w *fileWriter) write(ctx context.Context, p *output.Printer, pulled []sync.Pulled) error {
	var rows []stepRow
	var failed, refused []error
	var known []sync.LockEntry
	count := map[string]int{}
	for _, f := range sync.WriteFiles(ctx, w.d.Dir, pulled, w.env) {
		if f.Pulled == nil { // not begun
			continue
		}
		row := pulledRow(f.Pulled, cmdutil.StateUpdated)
		if f.Change != "" {
			row.Action = string(f.Change)
		}
		if row.File = f.File(); w.exports {
			row.File = w.d.FilePath(row.File)
		}
		switch {
		case f.Err != nil:
			failed = append(failed, f.Err)
			continue
		case f.State == sync.ChangedBoth && f.Change == disk.Updated:
			row.Action = cmdutil.StateMerged
		case f.Refused != "":
			refused = append(refused, fmt.Errorf("%s: %w", row.File, &sync.RefusedError{Why: f.Refused}))
		}
		if k, ok := f.LockEntry(); ok {
			known = append(known, k)
		}
		count[row.Action]++
		if w.exports || row.Action != cmdutil.StateUnchanged && row.Action != cmdutil.StateRefused || !p.ForPeople() {
			rows = append(rows, row)
		}
		if f.Change == disk.Created || f.Change == disk.Updated {
			warnLarge(w.app, w.d.FilePath(f.Path))
		}
	}
	locked := w.d.Lock.Save(ctx, w.profile, known)
	_, err := output.List(p, stepRowView(), output.Seq(rows))
	states := []string{cmdutil.StateUpdated, cmdutil.StateUnchanged, stateGone}
	if w.exports {
		states = []string{cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateUnchanged}
	}
	w.app.Note("%s", w.title+sumOf(count, states, cmdutil.StateMerged, stateKept, cmdutil.StateRefused))
	err = errors.Join(locked, err)
	if ctx.Err() != nil {
		return errors.Join(err, errors.New("interrupted: run it again for the rest"))
	}
	if refused == nil && (len(failed) == 0 || len(count) == 0) {
		return errors.Join(append(failed, err)...)
	}
	for _, err := range append(failed, refused...) {
		w.app.Fail(err.Error())
	}
	if failed != nil {
		return errors.Join(err, cmdutil.Partial(w.again))
	}
	return errors.Join(err, cmdutil.Conflict(fmt.Errorf("%s left alone; %s", output.Plural(len(refused), "file"), w.left)))
}

// warnLarge warns of a file that was written and that nobody will read.
func warnLarge(a *cmdutil.App, path string) {
	if info, err := os.Stat(path); err == nil && info.Size() > limits.File {
		a.Warn("%s is larger than %d MiB, which is the most that import reads", path, limits.File>>20)
	}
}

// The states of a file after a pull, besides those that apply has.
const (
	stateKept = "kept"              // it was changed here alone
	stateGone = "not on the server" // the server does not have its flow
)

// pulledRow returns how a file and its flow compare; done is the word for a difference.
func pulledRow(p *sync.Pulled, done string) stepRow {
	r := stepRow{ID: p.FlowID, Name: cmp.Or(p.Next.Name, p.Name), File: p.Path, Action: cmdutil.StateUnchanged}
	switch {
	case p.Refused != "":
		r.Action, r.Error = cmdutil.StateRefused, p.Refused
	case p.FlowID == "":
		r.Action = stateGone
	case p.State == sync.ChangedHere:
		r.Action = stateKept
	case len(p.Changes) > 0:
		r.Action = done
	}
	return r
}
