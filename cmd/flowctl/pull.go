package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

type pullOptions struct {
	app   *app
	out   outputFlags
	check bool
	env   envFlag
}

func newPullCmd(a *app) *cobra.Command {
	o := &pullOptions{app: a}
	cmd := &cobra.Command{
		Use:   "pull PATH|NAME...",
		Short: "Bring the server's changes back into flow files",
		Long: `Bring what was changed on the server back into the flow files, in place and in
their canonical form. A file whose flow is as the file says is not touched. What
you changed in a file and did not apply is replaced: commit it before, and git
merges the two. A flow that is gone leaves its file; flows without a file are got by
'flowctl export'.

With --check nothing is written; the differences are shown, and the exit code is 3
if there are any: drift detection for CI.

` + pickHelp,
		Example: `  flowctl pull flows
  flowctl pull flows --check   # in CI`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing, and fail if a file is not what the server has")
	o.env.register(cmd)
	o.out.register(cmd)
	return cmd
}

func (o *pullOptions) run(ctx context.Context, args []string) error {
	p, err := o.app.printer(o.out)
	if err != nil {
		return err
	}
	t, err := o.app.target()
	if err != nil {
		return err
	}
	picked, err := pick(args)
	if err != nil {
		return err
	}
	d, c, err := o.app.openDir(ctx, picked, t, &o.env, false)
	if err != nil {
		return err
	}
	pulled, err := reconcile.Pull(ctx, c, d.sources, d.lock, d.options(t))
	if err != nil {
		return err
	}
	if o.check {
		return o.compare(p, pulled)
	}
	defer o.env.sayGuessed(o.app)
	return o.write(ctx, p, t, d, pulled)
}

// row says how a file and its flow compare; done is the word for a difference.
func pulledRow(p *reconcile.Pulled, done string) stepRow {
	r := stepRow{ID: p.FlowID, Name: p.Name, File: p.Path, Action: stateUnchanged}
	switch {
	case p.FlowID == "":
		r.Action = "gone"
	case len(p.Changes) > 0:
		r.Action = done
	}
	return r
}

// compare shows what differs, and fails if something does.
func (o *pullOptions) compare(p *output.Printer, pulled []reconcile.Pulled) error {
	var rows []stepRow
	var b bytes.Buffer
	drift := 0
	for i := range pulled {
		f := &pulled[i]
		row := pulledRow(f, "differs")
		if row.Action != stateUnchanged {
			drift++
		}
		for _, c := range f.Changes {
			row.Changed = append(row.Changed, reconcile.Place(c))
		}
		if len(f.Changes) > 0 {
			if err := o.app.showChanges(&b, f.Path, "on the server", f.Changes); err != nil {
				return err
			}
		} else if row.Action != stateUnchanged {
			fmt.Fprintf(&b, "%s: its flow is not on the server\n", output.Text(f.Path))
		}
		rows = append(rows, row)
	}
	var err error
	if p.ForPeople() {
		_, err = o.app.out.Write(b.Bytes())
	} else {
		_, err = output.List(p, stepRowView(), output.Seq(rows))
	}
	if err == nil && drift > 0 {
		err = noError{fmt.Sprintf("%d of %s not what the server has", drift, plural(len(pulled), "file"))}
	}
	return err
}

// write brings the changes into the files and notes in the lock which flows they
// are.
func (o *pullOptions) write(ctx context.Context, p *output.Printer, t target, d *flowDir, pulled []reconcile.Pulled) error {
	var rows []stepRow
	var failed []error
	var known []reconcile.Known
	count := map[string]int{}
	for i := range pulled {
		f := &pulled[i]
		row := pulledRow(f, stateUpdated)
		if ctx.Err() != nil {
			break
		}
		if row.Action == stateUpdated {
			if err := o.into(ctx, d.file(f.Path), f); err != nil {
				failed = append(failed, err)
				continue
			}
		}
		if f.FlowID != "" {
			known = append(known, reconcile.Known{File: f.Path, FileID: f.ID, ID: f.FlowID})
		}
		count[row.Action]++
		if row.Action != stateUnchanged || !p.ForPeople() {
			rows = append(rows, row)
		}
	}
	d.lock.Note(lockPlace(t), known)
	locked := d.lock.Write(ctx)
	_, err := output.List(p, stepRowView(), output.Seq(rows))
	o.app.note("%d updated, %d unchanged, %d not on the server", count[stateUpdated], count[stateUnchanged], count["gone"])
	return errors.Join(ctx.Err(), locked, err, o.verdict(failed, count[stateUpdated]+count[stateUnchanged]))
}

// verdict is the error that the files that could not be written end the command
// with; done is how many are as the server has their flows.
func (o *pullOptions) verdict(failed []error, done int) error {
	if len(failed) == 0 || done == 0 {
		return errors.Join(failed...)
	}
	for _, err := range failed {
		o.app.fail(err.Error())
	}
	return someError{"not all files are as the server has their flows; mend that and pull again for the rest"}
}

// into writes what the server has into a file.
func (o *pullOptions) into(ctx context.Context, path string, f *reconcile.Pulled) error {
	if _, err := f.Spec(); err != nil { // an edit that was saved meanwhile is not written over
		return err
	}
	r := o.app.readSource(ctx, source{path: path}, false)
	if err := oneFlow(path, r); err != nil {
		return err
	}
	next := r.flows[0]
	var err error
	if next.Spec, err = o.env.backward(f.Next, next.Spec); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if next.ExportedAt != 0 {
		next.ExportedAt = f.Updated
	}
	_, err = flowfile.WriteFile(ctx, path, next)
	return err
}
