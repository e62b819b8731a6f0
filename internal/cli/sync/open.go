package sync

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
)

// pickHelp explains PATH|NAME.
const pickHelp = `PATH is a folder of flow files, or a file or folder in it; NAME is a flow that
has a file there ('flowctl help files').`

// overwriteThere is the help of --overwrite for what goes to the server.
const overwriteThere = "overwrite what somebody changed on the server meanwhile"

// folderFlags are the flags of the commands that compare a folder with a server.
type folderFlags struct {
	env              sync.EnvFile
	adopt, overwrite bool
	noMerge          bool
}

// register adds the flags; overwrite is the help of --overwrite, "" for neither that nor
// --adopt.
func (f *folderFlags) register(a *cmdutil.App, cmd *cobra.Command, overwrite string) {
	a.EnvFlags(cmd, &f.env, true)
	if overwrite != "" {
		cmd.Flags().BoolVar(&f.adopt, "adopt", false, "a file without id, and not in flowctl.lock, is the flow of the same name")
		cmd.Flags().BoolVar(&f.overwrite, "overwrite", false, overwrite)
	}
}

// registerMerge adds --no-merge.
func (f *folderFlags) registerMerge(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noMerge, "no-merge", false, "leave alone the flows that somebody changed on the server")
}

// open reads the folder of which args pick flows, and connects to the server. See
// [sync.ReadDir] for hold.
func (f *folderFlags) open(ctx context.Context, a *cmdutil.App, args []string, hold bool) (*sync.Folder, *client.Client, sync.Options, error) {
	fail := func(err error) (*sync.Folder, *client.Client, sync.Options, error) {
		return nil, nil, sync.Options{}, err
	}
	t, err := a.Target()
	if err != nil {
		return fail(err)
	}
	picked, err := sync.Pick(args)
	if err != nil {
		return fail(err)
	}
	d, err := sync.ReadDir(ctx, picked, hold, a.Err)
	if err != nil {
		return fail(err)
	}
	c, err := a.ConnectTo(ctx, t)
	if err != nil {
		return fail(err)
	}
	if err := d.Map(ctx, c, t.Profile, &f.env); err != nil {
		return fail(err)
	}
	opts := d.Options(ctx, t.Key(), t.Server, f.env.Env)
	opts.Adopt, opts.Overwrite, opts.Merge = f.adopt, f.overwrite, !f.noMerge
	return d, c, opts, nil
}

// planDir compares what is picked of a folder with the server.
func planDir(ctx context.Context, a *cmdutil.App, c *client.Client, d *sync.Folder, o sync.Options) (*sync.Plan, error) {
	if o.Prune && d.Broken > 0 {
		return nil, cmdutil.Negative(fmt.Sprintf("%s in %s cannot be read, so that it is not known whether a file is gone or was moved; 'flowctl validate %s' names them; without --prune the others do not matter", output.Plural(d.Broken, "other file"), d.Dir, d.Dir))
	}
	if o.Prune && !d.Lock.Empty() && len(d.Lock.Files(o.Profile)) == 0 {
		a.Warn("%s knows no flow of %s, so that nothing is pruned; it knows %s", sync.LockName, output.Text(o.Profile), cmdutil.Join(d.Lock.Profiles()))
	}
	if o.Prune {
		o.Elsewhere = sync.Elsewhere(ctx, d.Dir, o.Profile)
	}
	return sync.NewPlan(ctx, c, d.Sources, d.Lock, o)
}
