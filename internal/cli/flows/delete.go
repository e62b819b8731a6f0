package flows

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type deleteOptions struct {
	app   *cmdutil.App
	yes   bool
	purge bool
}

func newDeleteCmd(a *cmdutil.App) *cobra.Command {
	o := &deleteOptions{app: a}
	cmd := &cobra.Command{
		Use:        "delete NAME...",
		SuggestFor: []string{"remove", "del"},
		Aliases:    []string{"rm"},
		Short:      "Delete flows",
		Long: `At a terminal you are asked first; elsewhere --yes is needed. If one NAME is not
found, nothing is deleted.

'flowctl restore' takes a deletion back, for 30 days unless 'flowctl server' has
another --keep-deleted. With --purge nothing does; that also deletes for good
what was deleted before. Open WebUI always deletes for good.

` + cmdutil.NameHelp,
		Example: `  flowctl delete "Content review"
  flowctl list --search draft -o name | xargs flowctl delete --yes`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.CompleteNames,
		RunE:              o.run,
	}
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&o.purge, "purge", false, "delete for good")
	return cmd
}

func (o *deleteOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	if !o.yes && !o.app.Interactive() {
		return cmdutil.Usage(errors.New("nobody can be asked here whether to delete; give --yes"))
	}
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	flows, err := o.find(ctx, c, args)
	if err != nil {
		return err
	}
	if !o.yes {
		if err := o.ask(ctx, flows, o.app.Connected); err != nil {
			return err
		}
	}
	return o.delete(ctx, c, flows)
}

// find resolves all refs, each flow once. A flow that cannot be read may still be
// deleted: Open WebUI answers 500 for some that it has stored.
func (o *deleteOptions) find(ctx context.Context, c *client.Client, refs []string) ([]flow.Flow, error) {
	flows, err := o.resolve(ctx, c, refs)
	if err != nil || o.yes && len(flows) == 1 {
		return flows, err
	}
	var errs []error
	for i, f := range flows {
		if f.Name != "" {
			continue
		}
		read, err := c.Flows.Get(ctx, f.ID)
		switch {
		case err == nil:
			flows[i] = read
		case o.purge && errors.Is(err, client.ErrNotFound): // it was deleted before, perhaps
		case ctx.Err() != nil, errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrUnauthorized):
			errs = append(errs, err)
		}
	}
	return flows, errors.Join(errs...)
}

// resolve finds the flows that refs mean; with --purge a name that no flow has may be that
// of one that was deleted before.
func (o *deleteOptions) resolve(ctx context.Context, c *client.Client, refs []string) ([]flow.Flow, error) {
	flows, err := cmdutil.ResolveFlows(ctx, c, refs)
	if !o.purge || !errors.Is(err, client.ErrNotFound) {
		return flows, err
	}
	flows = nil
	for _, ref := range refs {
		one, err := cmdutil.ResolveFlows(ctx, c, []string{ref})
		if errors.Is(err, client.ErrNotFound) {
			if deleted, binErr := cmdutil.ResolveDeleted(ctx, c, []string{ref}); binErr == nil || cmdutil.ExitCode(ctx, binErr) == cmdutil.ExitConflict {
				one, err = deleted, binErr
			}
		}
		if err != nil {
			return nil, err
		}
		flows = append(flows, one...)
	}
	return flows, nil
}

// ask shows what is about to be deleted; an error is a no.
func (o *deleteOptions) ask(ctx context.Context, flows []flow.Flow, from cmdutil.Target) error {
	end := "?"
	if o.purge {
		end = " for good?"
	}
	question := fmt.Sprintf("Delete flow %s from %s%s", title(flows[0]), from, end)
	if len(flows) > 1 {
		for _, f := range flows {
			fmt.Fprintln(o.app.Err, "  "+title(f))
		}
		question = fmt.Sprintf("Delete these %d flows from %s%s", len(flows), from, end)
	}
	yes, err := o.app.Confirm(ctx, question)
	if err == nil && !yes {
		err = errors.New("nothing was deleted")
	}
	return err
}

// delete deletes one after the other. A failure does not keep the others from
// being deleted.
func (o *deleteOptions) delete(ctx context.Context, c *client.Client, flows []flow.Flow) error {
	var opts []client.DeleteOption
	if o.purge {
		opts = append(opts, client.Purge())
	}
	var errs []error
	for _, f := range flows {
		err := c.Flows.Delete(ctx, f.ID, opts...)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, cmdutil.NotYours(ctx, c, f.ID, err, "and administrators may delete it"))
			continue
		}
		o.app.Note("Deleted %s from %s", title(f), o.app.Connected)
	}
	if can, err := c.Capabilities(ctx); err == nil && can.Versions && !o.purge && len(errs) < len(flows) {
		o.app.Note("'flowctl restore NAME' takes that back")
	}
	return cmdutil.PartialOf(errs, len(flows), "flows not deleted")
}

// title names a flow in a sentence.
func title(f flow.Flow) string {
	if f.Name == "" {
		return output.Text(f.ID)
	}
	return strings.TrimSpace(output.Text(f.Name)) + " (" + output.Text(f.ID) + ")"
}
