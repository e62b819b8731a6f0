package sync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

type pullOptions struct {
	app   *cmdutil.App
	out   cmdutil.OutputFlags
	check bool
	side  cmdutil.SideFlags
	env   cmdutil.EnvFlag
}

func newPullCmd(a *cmdutil.App) *cobra.Command {
	o := &pullOptions{app: a}
	cmd := &cobra.Command{
		Use:   "pull PATH|NAME...",
		Short: "Update flow files from the server",
		Long: `What changed on the server since the last apply, pull or export is written to
the files, formatted as by 'flowctl fmt'. Where a file changed, too, the two are
merged field by field, if git has the earlier version. Conflicts are listed,
their files stay, and the exit code is 6; with --overwrite the server's version
is taken. A file that git had in the server's version before, as after 'git
revert', stays. 'flowctl export' writes flows that have no file yet.

With --check nothing is written, and the exit code is 3 if anything differs.

` + cmdutil.PickHelp,
		Example: `  flowctl pull flows
  flowctl pull flows --check   # in CI`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing, and fail if a file is not what the server has")
	o.side.Register(cmd, "take what the server has, whatever was changed in the file")
	o.env.Register(cmd)
	o.env.RegisterStrict(cmd)
	o.out.Register(cmd)
	return cmd
}

func (o *pullOptions) run(ctx context.Context, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	t, err := o.app.Target()
	if err != nil {
		return err
	}
	picked, err := cmdutil.Pick(args)
	if err != nil {
		return err
	}
	d, c, err := o.app.OpenDir(ctx, picked, t, &o.env, false)
	if err != nil {
		return err
	}
	opts := d.Options(ctx, t, &o.env)
	opts.Note = !o.check
	o.side.Set(&opts)
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
	defer o.env.NoteGuesses(o.app)
	return o.write(ctx, p, t, d, pulled)
}

// The states of a file after a pull, besides those that apply has.
const (
	stateMerged = "merged"
	stateKept   = "kept" // it was changed here alone
	stateGone   = "gone" // the server does not have its flow
)

// pulledRow returns how a file and its flow compare; done is the word for a difference.
func pulledRow(p *sync.Pulled, done string) stepRow {
	r := stepRow{ID: p.FlowID, Name: p.Name, File: p.Path, Action: cmdutil.StateUnchanged}
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
			row.Changed = append(row.Changed, sync.Place(c))
		}
		if len(f.Changes) > 0 {
			if err := showChanges(o.app, &b, f.Path, "on the server", f.Changes); err != nil {
				return err
			}
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

// write brings the changes into the files and notes in the lock which flows they
// are.
func (o *pullOptions) write(ctx context.Context, p *output.Printer, t cmdutil.Target, d *cmdutil.Folder, pulled []sync.Pulled) error {
	var rows []stepRow
	var v pullVerdict
	var known []sync.Known
	count := map[string]int{}
	for i := range pulled {
		f := &pulled[i]
		row := pulledRow(f, cmdutil.StateUpdated)
		if ctx.Err() != nil {
			break
		}
		if row.Action == cmdutil.StateUpdated {
			if f.State == sync.ChangedBoth {
				row.Action = stateMerged
			}
			if err := o.into(ctx, d.FilePath(f.Path), f); err != nil {
				v.failed = append(v.failed, err)
				continue
			}
		}
		if row.Action == cmdutil.StateRefused {
			v.refused = append(v.refused, fmt.Errorf("%s: %w", f.Path, &sync.RefusedError{Why: f.Refused}))
		} else if f.FlowID != "" {
			known = append(known, sync.Known{File: f.Path, FileID: f.ID, ID: f.FlowID, Digest: f.Digest})
		}
		count[row.Action]++
		if row.Action != cmdutil.StateUnchanged && row.Action != cmdutil.StateRefused || !p.ForPeople() {
			rows = append(rows, row)
		}
	}
	files.Sweep(slices.Values(d.Paths))
	d.Lock.Note(cmdutil.RemoteKey(t), known)
	locked := d.Lock.Write(ctx)
	_, err := output.List(p, stepRowView(), output.Seq(rows))
	sum := fmt.Sprintf("%d updated, %d unchanged, %d not on the server", count[cmdutil.StateUpdated], count[cmdutil.StateUnchanged], count[stateGone])
	for _, state := range []string{stateMerged, stateKept, cmdutil.StateRefused} {
		if count[state] > 0 {
			sum += fmt.Sprintf(", %d %s", count[state], state)
		}
	}
	o.app.Note("%s", sum)
	v.done = count[cmdutil.StateUpdated] + count[stateMerged] + count[stateKept] + count[cmdutil.StateUnchanged]
	return errors.Join(ctx.Err(), locked, err, o.verdict(v))
}

// pullVerdict is what became of the files.
type pullVerdict struct {
	failed  []error // files that could not be written
	refused []error // files that stay as they are though their flows have changed
	done    int     // files that are as they should be
}

// verdict returns the error that the command ends with.
func (o *pullOptions) verdict(v pullVerdict) error {
	if v.refused == nil && (len(v.failed) == 0 || v.done == 0) {
		return errors.Join(v.failed...)
	}
	for _, err := range append(v.failed, v.refused...) {
		o.app.Fail(err.Error())
	}
	if v.failed != nil {
		return cmdutil.Partial("not all files are as the server has their flows; correct that and pull again for the rest")
	}
	return cmdutil.Conflict(fmt.Errorf("%s left alone; bring in by hand what 'flowctl diff' shows and apply with --overwrite, or pull with --overwrite to take the server's", output.Plural(len(v.refused), "file")))
}

// into writes what the server has into a file.
func (o *pullOptions) into(ctx context.Context, path string, f *sync.Pulled) error {
	if _, err := f.Spec(); err != nil { // an edit that was saved meanwhile is not written over
		return err
	}
	r := files.Read(ctx, o.app.In, files.Source{Path: path}, false)
	if err := files.OneFlow(path, r); err != nil {
		return err
	}
	next := r.Flows[0]
	var err error
	if next.Spec, err = o.env.Backward(f.Next, next.Spec); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if next.ExportedAt != 0 {
		next.ExportedAt = f.Updated
	}
	_, err = flowfile.WriteFile(path, next)
	return err
}
