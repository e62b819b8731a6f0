package flows

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type editOptions struct {
	app *cmdutil.App
	out cmdutil.OutputFlags
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
	o.out.Register(cmd)
	return cmd
}

func (o *editOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	if _, err := editor(o.app); err != nil {
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
	d, err := newDraft(f)
	if err != nil {
		return err
	}
	changed, err := o.edit(ctx, c, d, client.IfUnchanged(f.Revision()))
	if err != nil && d.hasWork() {
		o.app.Warn("your text is kept in %s; 'flowctl update %s -f FILE' sends it", d.path, f.ID)
		return err
	}
	if err := d.remove(); err != nil {
		o.app.Warn("%v", err)
	}
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
func (o *editOptions) edit(ctx context.Context, c *client.Client, d *draft, unchanged client.UpdateOption) (*flow.Flow, error) {
	for {
		f, err := o.editOnce(ctx, c, d, unchanged)
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

func (o *editOptions) editOnce(ctx context.Context, c *client.Client, d *draft, unchanged client.UpdateOption) (*flow.Flow, error) {
	if err := runEditor(o.app, d.path); err != nil {
		return nil, err
	}
	text, err := d.read()
	switch {
	case err != nil:
		return nil, err
	case bytes.Equal(text, d.original):
		return nil, nil
	case len(bytes.TrimSpace(text)) == 0:
		return nil, errors.New("nothing was changed: the saved text is empty")
	}
	patch, err := o.patch(ctx, d)
	if err != nil || patch == nil {
		return nil, err
	}
	f, err := c.Flows.Update(ctx, d.flow.ID, *patch, unchanged)
	if err != nil {
		return nil, notYours(ctx, c, d.flow.ID, err)
	}
	return &f, nil
}

// patch is what the draft asks for, nil if it says what the flow says. The faults
// that the flow had before do not matter: a draft may be incomplete.
func (o *editOptions) patch(ctx context.Context, d *draft) (*client.Patch, error) {
	r := files.Read(ctx, o.app.In, files.Source{Path: d.path}, true)
	if err := files.OneFlow(d.path, r); err != nil {
		return nil, err
	}
	if err := o.app.CheckFindings(d.path, d.without(r.Findings)); err != nil {
		return nil, err
	}
	spec := r.Flows[0].Spec
	if (flow.Flow{Spec: spec}).Revision() == d.revision {
		return nil, nil
	}
	patch := client.Replace(spec)
	if spec.Meta == nil && d.flow.Meta != nil {
		patch.Meta = []byte("{}") // what was taken out of the text shall go
	}
	stays := spec.Unknown().Getter()
	for _, m := range d.flow.Unknown() {
		if _, ok := stays(m.Key); !ok {
			patch.Unknown.Set(m.Key, []byte("null"))
		}
	}
	// Where there was no description there is none to take away. Open WebUI
	// would make "" of it.
	if patch.NoDescription && client.Replace(d.flow.Spec).NoDescription {
		patch.NoDescription = false
	}
	return &patch, nil
}

// runEditor opens a file in the user's editor and waits until it is closed.
func runEditor(a *cmdutil.App, path string) error {
	line, err := editor(a)
	if err != nil {
		return err
	}
	cmd := cmdutil.UserProgram(line, path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.In, a.Out, a.Err
	if !cmdutil.IsTerminal(a.Out) {
		cmd.Stdout = a.Err // stdout is for the changed flow
	}
	release := a.Interrupts.Hold()
	defer release()
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case cmd.ProcessState == nil || cmdutil.ShellFailed(err):
		return fmt.Errorf("run the editor %q: %w; set EDITOR to one that is there", line, err)
	}
	return fmt.Errorf("nothing was changed: the editor %q failed: %w", line, err)
}
