package sync

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
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
