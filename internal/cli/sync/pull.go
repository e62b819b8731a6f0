package sync

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/sync"
)

type pullOptions struct {
	app   *cmdutil.App
	out   cmdutil.OutputFlags
	check bool
	folderFlags
}

func newPullCmd(a *cmdutil.App) *cobra.Command {
	o := &pullOptions{app: a}
	cmd := &cobra.Command{
		Use:   "pull PATH|NAME...",
		Short: "Update flow files from the server",
		Long: `What changed on the server since the last apply, pull or export is written to
the files, formatted as by 'flowctl fmt'. Where a file changed, too, the two are
merged by node and field. What both were before is a version on flowctl's
server, or the file in git. Conflicts are listed, their files stay, and the exit
code is 6; with --overwrite the server's version is taken. A file that git had
in the server's version before, as after 'git revert', stays. 'flowctl export'
writes flows that have no file yet.

With --check nothing is written, and the exit code is 3 if anything differs.

` + pickHelp,
		Example: `  flowctl pull flows
  flowctl pull flows --check   # in CI`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing, and fail if a file is not what the server has")
	o.register(a, cmd, "take what the server has, whatever was changed in the file")
	o.out.Register(cmd)
	return cmd
}

func (o *pullOptions) run(ctx context.Context, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	d, c, opts, err := o.open(ctx, o.app, args, false)
	if err != nil {
		return err
	}
	if o.check { // every difference counts, on whichever side it arose
		opts.Adopt, opts.Overwrite = true, true
	}
	pulled, err := sync.Pull(ctx, c, d.Sources, d.Lock, opts)
	if err != nil {
		return err
	}
	if o.check {
		return o.compare(p, pulled)
	}
	w := fileWriter{
		app: o.app, d: d, profile: opts.Profile, env: o.env.Env,
		left:  "bring in by hand what 'flowctl diff' shows and apply with --overwrite, or pull with --overwrite to take the server's",
		again: "not all files are as the server has their flows; correct that and pull again for the rest",
	}
	return w.write(ctx, p, pulled)
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

// compare shows what differs, and fails if something does.
func (o *pullOptions) compare(p *output.Printer, pulled []sync.Pulled) error {
	var rows []stepRow
	var b bytes.Buffer
	drift := 0
	for i := range pulled {
		f := &pulled[i]
		row := pulledRow(f, "differs")
		if row.Action != cmdutil.StateUnchanged {
			drift++
		}
		for _, c := range f.Changes {
			row.Changed = append(row.Changed, c.Where())
		}
		if len(f.Changes) > 0 {
			b.WriteString(render.Text(render.Pair{Before: f.Path, After: "on the server", Changes: f.Changes}, o.app.Color(o.app.Out)))
		} else if row.Action != cmdutil.StateUnchanged {
			fmt.Fprintf(&b, "%s: its flow is not on the server\n", output.Text(f.Path))
		}
		rows = append(rows, row)
	}
	var err error
	if p.ForPeople() {
		_, err = o.app.Out.Write(b.Bytes())
	} else {
		_, err = output.List(p, stepRowView(), output.Seq(rows))
	}
	if err == nil && drift > 0 {
		err = cmdutil.Negative(fmt.Sprintf("%d of %s not what the server has", drift, output.Plural(len(pulled), "file")))
	}
	return err
}

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
