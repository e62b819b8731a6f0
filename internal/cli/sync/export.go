package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type exportOptions struct {
	app       *cmdutil.App
	out       cmdutil.OutputFlags
	all       bool
	allUsers  bool
	file      string
	dir       string
	overwrite bool
	form      cmdutil.FormFlags
	env       sync.EnvFile

	toFile, toFolder bool // --file, --dir is given
}

func newExportCmd(a *cmdutil.App) *cobra.Command {
	o := &exportOptions{app: a}
	cmd := &cobra.Command{
		Use:        "export NAME... | --all",
		SuggestFor: []string{"download", "dump", "save", "backup"},
		Short:      "Save flows of the server to files",
		Long: `One flow goes to stdout as it is, several as a JSON array. With --dir each flow
has a file of its own, which keeps the name that you gave it; only files of
flows that changed are written, and flowctl.lock in the folder remembers which
is which.

Files are formatted as by 'flowctl fmt'. What the editor saves while it shows or
runs a flow is left out, unless --keep-state is given; so is who may see the
flow, unless the file has it already. 'flowctl help layouts' explains --layout.

A file that changed since the last apply, pull or export, or that flowctl.lock
does not know, is left alone if it differs; the others are written, and the exit
code is 6. --overwrite writes the server's version.

` + cmdutil.NameHelp + ` NAME@VERSION is what it was.`,
		Example: `  flowctl export --all --dir flows
  flowctl export review@7 > review.json
  flowctl export review summarize --file both.json`,
		ValidArgsFunction: a.CompleteNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.toFolder, o.toFile = cmd.Flags().Changed("dir"), cmd.Flags().Changed("file")
			if err := o.check(args); err != nil {
				return cmdutil.Usage(err)
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "export all your flows")
	f.BoolVar(&o.allUsers, "all-users", false, "with --all: the flows of all users (admins only)")
	f.StringVarP(&o.file, "file", "f", "", "write to `FILE`, - for stdout")
	f.StringVarP(&o.dir, "dir", "d", "", "write each flow to a file of its own in `DIR`")
	f.BoolVar(&o.overwrite, "overwrite", false, "write over what was changed in a file")
	o.form.Register(cmd)
	a.EnvFlags(cmd, &o.env, false)
	o.out.Register(cmd)
	return cmd
}

func (o *exportOptions) check(refs []string) error {
	switch {
	case o.all && len(refs) > 0:
		return errors.New("NAMEs and --all exclude each other; give one of them")
	case !o.all && len(refs) == 0:
		return errors.New("nothing to export; give a NAME or --all")
	case o.allUsers && !o.all:
		return errors.New("--all-users goes with --all")
	case o.toFile && o.toFolder:
		return errors.New("--file and --dir exclude each other; give one of them")
	case o.toFile && o.file == "", o.toFolder && o.dir == "":
		return errors.New("the name of the file or folder to write to is empty")
	case !o.toFolder && o.out != (cmdutil.OutputFlags{}):
		return errors.New("--output, --jq and --template say how to list the files that --dir writes; flows are always exported as JSON")
	}
	return nil
}

func (o *exportOptions) run(ctx context.Context, refs []string) error {
	to := cmp.Or(o.dir, o.file)
	if to != "" && to != files.StdinPath {
		if err := repo.CheckNamed(to); err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
	}
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	flows := c.Flows.All(ctx, client.ListOptions{Graph: true, AllUsers: o.allUsers})
	several := true
	if !o.all {
		found, err := o.getFlows(ctx, refs)
		if err != nil {
			return err
		}
		flows, several = inOrder(found), len(found) > 1
	}
	switch {
	case o.toFolder:
		if err := os.MkdirAll(o.dir, 0o777); err != nil {
			return fmt.Errorf("make the folder to export to: %w", err)
		}
		return o.writeFolder(ctx, c, to, flows)
	case o.toFile && !several && to != files.StdinPath:
		return o.writeOne(ctx, c, flows)
	}
	return o.writeSeveral(ctx, c, flows, several)
}

// getFlows reads the flows that refs mean, as they are or were.
func (o *exportOptions) getFlows(ctx context.Context, refs []string) ([]flow.Flow, error) {
	found, err := o.app.FindVersions(ctx, refs...)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, r := range found {
		if o.toFolder && ids[r.ID] {
			return nil, cmdutil.Usage(fmt.Errorf("%s is named twice; a flow has one file in a folder: give one of its versions", output.Quoted(r.Name)))
		}
		ids[r.ID] = true
	}
	flows, errs := make([]flow.Flow, len(found)), make([]error, len(found))
	parallel.Each(ctx, len(found), exportParallel, func(i int) {
		flows[i], _, errs[i] = o.app.GetVersion(ctx, found[i])
	})
	return flows, errors.Join(append(errs, ctx.Err())...)
}

// exportParallel is how many flows are read at a time.
const exportParallel = 16

// inOrder turns flows into the form in which a list comes in.
func inOrder(flows []flow.Flow) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		for _, f := range flows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// pull compares the files at a path with the flows.
func (o *exportOptions) pull(ctx context.Context, c *client.Client, path string, e sync.Export) (*sync.Folder, []sync.Pulled, error) {
	t := o.app.Connected
	d, below, err := sync.ReadToExport(ctx, path, t.Key())
	if err != nil {
		return nil, nil, err
	}
	if err := d.Map(ctx, c, t.Profile, &o.env); err != nil {
		return nil, nil, err
	}
	opts := d.Options(ctx, t.Key(), t.Server, o.env.Env)
	opts.Overwrite = o.overwrite
	e.KeepState, e.DropLayout = o.form.KeepState, o.form.DropLayout()
	if e.Below = below; o.toFile {
		e.File = below
	}
	if o.all && len(d.Sources) > 0 && !e.KeepState && !e.DropLayout { // most is here already
		can, err := c.Capabilities(ctx)
		if err != nil {
			return nil, nil, err
		}
		if can.Lossless {
			e.Flows = c.Flows.All(ctx, client.ListOptions{Digest: true, AllUsers: o.allUsers})
		}
	}
	opts.Export = &e
	pulled, err := sync.Pull(ctx, c, d.Sources, d.Lock, opts)
	return d, pulled, err
}
