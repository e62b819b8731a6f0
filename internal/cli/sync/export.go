package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
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

// ExportAll is 'flowctl export --all --dir DIR'.
func ExportAll(ctx context.Context, a *cmdutil.App, dir string) error {
	cmd := newExportCmd(a)
	cmd.SetContext(ctx)
	if err := cmd.ParseFlags([]string{"--all", "--dir=" + dir}); err != nil {
		return err
	}
	return cmd.RunE(cmd, nil)
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
	if to := cmp.Or(o.dir, o.file); to != "" && to != files.StdinPath {
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
		flows, several = output.Seq(found), len(found) > 1
	}
	switch {
	case o.toFolder:
		return o.writeFolder(ctx, c, flows)
	case o.toFile && !several && o.file != files.StdinPath:
		return o.writeOne(ctx, c, flows)
	}
	return o.writeSeveral(ctx, c, flows, several)
}
