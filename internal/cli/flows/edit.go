package flows

import (
	"bytes"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type editOptions struct {
	app     *cmdutil.App
	out     cmdutil.OutputFlags
	message string
}

func newEditCmd(a *cmdutil.App) *cobra.Command {
	o := &editOptions{app: a}
	cmd := &cobra.Command{
		Use:        "edit NAME",
		SuggestFor: []string{"open", "vi"},
		Short:      "Change a flow of the server in your editor",
		Long: `The flow opens as a flow file in $VISUAL, else $EDITOR, else vi; what you save
is sent, and the changed flow is printed. What somebody else changed meanwhile
is not overwritten. If your text cannot be sent it is kept, and you are told
where.

` + cmdutil.NameHelp,
		Example: `  flowctl edit "Content review"
  EDITOR="code --wait" flowctl edit 3f2a`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	cmdutil.MessageFlag(cmd, &o.message)
	o.out.Register(cmd)
	return cmd
}

func (o *editOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	program, err := editor(o.app)
	if err != nil {
		return err
	}
	c, id, err := o.app.FindFlow(ctx, args[0])
	if err != nil {
		return err
	}
	f, err := c.Flows.Get(ctx, id)
	if err != nil {
		return err
	}
	d, err := newDraft(o.app, f, program)
	if err != nil {
		return err
	}
	changed, err := o.edit(ctx, c, d)
	if err != nil && d.hasWork() {
		o.app.Warn("your text is kept in %s; 'flowctl update %s -f FILE' sends it", d.path, f.ID)
		return err
	}
	d.remove()
	switch {
	case err != nil:
		return err
	case changed == nil:
		o.app.Note("Nothing changed.")
		return nil
	}
	return printWritten(p, *changed, "changed")
}

// edit lets the user edit the draft until it can be sent, or is dropped. It returns
// nil if there is nothing to send.
func (o *editOptions) edit(ctx context.Context, c *client.Client, d *draft) (*flow.Flow, error) {
	for {
		f, err := o.editOnce(ctx, c, d)
		var invalid files.InvalidError
		if err == nil || !errors.As(err, &invalid) && !errors.Is(err, client.ErrInvalid) || !o.app.Interactive() {
			return f, err
		}
		o.app.Fail(err.Error())
		again, err := o.app.Confirm(ctx, "Edit again?")
		if err == nil && !again {
			err = cmdutil.Negative("nothing was changed")
		}
		if err != nil {
			return nil, err
		}
	}
}

func (o *editOptions) editOnce(ctx context.Context, c *client.Client, d *draft) (*flow.Flow, error) {
	text, err := d.edit()
	switch {
	case err != nil:
		return nil, err
	case bytes.Equal(text, d.original):
		return nil, nil
	case len(bytes.TrimSpace(text)) == 0:
		return nil, errors.New("nothing was changed: the saved text is empty")
	}
	patch, err := d.patch(ctx)
	if err != nil || patch == nil {
		return nil, err
	}
	f, err := c.Flows.Update(ctx, d.flow.ID, *patch, client.IfUnchanged(d.flow.Revision()), client.WithMessage(o.message))
	if err != nil {
		return nil, cmdutil.NotYours(ctx, c, d.flow.ID, err, cmdutil.MayChange)
	}
	return &f, nil
}
