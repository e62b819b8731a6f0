package flows

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type updateOptions struct {
	app               *cmdutil.App
	out               cmdutil.OutputFlags
	access            string
	name, description string
	file, message     string
	overwrite         bool

	spec   flow.Spec // what the file says
	fileID string
}

func newUpdateCmd(a *cmdutil.App) *cobra.Command {
	o := &updateOptions{app: a}
	cmd := &cobra.Command{
		Use:        "update NAME",
		SuggestFor: []string{"set", "patch", "replace"},
		Short:      "Change the name, description, access or nodes of a flow",
		Long: `Only what a flag names changes. With --file, nodes, edges, name and description
are taken from the flow file; the other flags win over it. A node without a
position in the file keeps the one it has. The changed flow is printed.

A flow that was changed on the server since the file was last applied, pulled or
exported is left alone, unless --overwrite is given; the exit code is 6.

` + cmdutil.NameHelp,
		Example: `  flowctl update 3f2a --name "Content review"
  flowctl update "Content review" --description ""
  flowctl update "Content review" -f review.json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "new name")
	f.StringVar(&o.description, "description", "", "new description, \"\" for none")
	f.StringVarP(&o.file, "file", "f", "", "flow `file` to take the flow from, - for standard input")
	f.BoolVar(&o.overwrite, "overwrite", false, "with --file: "+"overwrite what somebody changed on the server meanwhile")
	accessFlag(cmd, &o.access)
	cmdutil.MessageFlag(cmd, &o.message)
	o.out.Register(cmd)
	return cmd
}

func (o *updateOptions) run(cmd *cobra.Command, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	patch, err := o.patch(cmd)
	if err != nil {
		return err
	}
	c, id, err := o.app.FindFlow(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	if err := mayAccess(cmd.Context(), c, id, accessControl(o.access)); err != nil {
		return err
	}
	profile := o.app.Connected.Key()
	lock, err := sync.Locks{}.Of(o.file)
	if err != nil {
		return err
	}
	over, err := o.over(cmd.Context(), c, id, profile, lock)
	if err != nil {
		return err
	}
	if o.file != "" {
		patch.Nodes = over.Spec.Nodes
	}
	f, err := c.Flows.Update(cmd.Context(), id, patch, client.IfUnchanged(over.Was), client.WithMessage(o.message))
	if err != nil {
		return cmdutil.NotYours(cmd.Context(), c, id, err, cmdutil.MayChange)
	}
	return errors.Join(o.note(cmd.Context(), f, over, profile, lock), printWritten(p, f, "changed"))
}

// note notes in the lock that the file is the flow, if the lock has it so.
func (o *updateOptions) note(ctx context.Context, f flow.Flow, over sync.Over, profile string, lock *sync.Lock) error {
	if lock == nil {
		return nil
	}
	file, err := lock.FileName(o.file)
	if err != nil || lock.ID(file, profile) != f.ID {
		return err
	}
	d := digest.Of(f.Spec)
	d.Layout = over.Layout
	return lock.Save(ctx, profile, []sync.LockEntry{{File: file, FileID: o.fileID, ID: f.ID, Digest: d}})
}

// over returns what is to be written of the file, if there is one. lock is that of its
// folder, nil without.
func (o *updateOptions) over(ctx context.Context, c *client.Client, id, profile string, lock *sync.Lock) (over sync.Over, err error) {
	if o.file == "" {
		return over, nil
	}
	can, err := c.Capabilities(ctx)
	if err != nil {
		return over, err
	}
	var base []digest.Digest
	if !o.overwrite && lock != nil {
		base = lock.Bases(profile)(id)
	}
	over, err = sync.NewOver(ctx, c, id, o.spec, base, can.Lossless)
	if errors.As(err, new(*sync.RefusedError)) {
		err = fmt.Errorf("flow %s: %w; 'flowctl pull' brings that in, and --overwrite writes over it", id, err)
	}
	return over, err
}

// patch is the change that the flags ask for.
func (o *updateOptions) patch(cmd *cobra.Command) (client.Patch, error) {
	given := cmd.Flags().Changed
	switch {
	case !given("name") && !given("description") && !given("file") && !given("access"):
		return client.Patch{}, cmdutil.Usage(errors.New("nothing to change; give --name, --description, --file or --access"))
	case given("name") && o.name == "":
		return client.Patch{}, cmdutil.Usage(errors.New("--name is empty; a flow needs a name"))
	case o.overwrite && !given("file"):
		return client.Patch{}, cmdutil.Usage(errors.New("--overwrite goes with --file"))
	case given("file") && o.file == "":
		return client.Patch{}, cmdutil.Usage(errors.New("--file is empty; give a file, or - for standard input"))
	}
	patch, err := o.filePatch(cmd.Context())
	if err != nil {
		return patch, err
	}
	if given("name") {
		patch.Name = &o.name
	}
	if given("description") {
		patch.Description = &o.description
	}
	if access := accessControl(o.access); access != nil {
		patch.AccessControl = access
	}
	return patch, nil
}

// filePatch is the change to what the file says, none without one. A file without
// a name leaves the flow's.
func (o *updateOptions) filePatch(ctx context.Context) (client.Patch, error) {
	if o.file == "" {
		return client.Patch{}, nil
	}
	file, err := o.app.ReadFlow(ctx, o.file)
	if err != nil {
		return client.Patch{}, err
	}
	o.spec, o.fileID = file.Spec, file.ID
	patch := client.Replace(file.Spec)
	if file.Spec.Name == "" {
		patch.Name = nil
	}
	return patch, nil
}
