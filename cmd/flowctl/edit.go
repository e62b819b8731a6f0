package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type editOptions struct {
	app *app
	out outputFlags
}

func newEditCmd(a *app) *cobra.Command {
	o := &editOptions{app: a}
	cmd := &cobra.Command{
		Use:        "edit NAME",
		SuggestFor: []string{"open", "vi"},
		Short:      "Change a flow of the server in your editor",
		Long: `The flow opens as a flow file in $VISUAL, else $EDITOR, else vi; what you save
is sent, and the changed flow is printed. What somebody else changed meanwhile
is not overwritten. If your text cannot be sent it is kept, and you are told
where.

` + nameHelp,
		Example: `  flowctl edit "Content review"
  EDITOR="code --wait" flowctl edit 3f2a`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeName,
		RunE:              o.run,
	}
	o.out.register(cmd)
	return cmd
}

func (o *editOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	p, err := o.app.printer(o.out)
	if err != nil {
		return err
	}
	if _, err := o.app.editor(); err != nil {
		return err
	}
	c, err := o.app.connect(ctx)
	if err != nil {
		return err
	}
	id, err := resolve(ctx, c, args[0])
	if err != nil {
		return err
	}
	f, rev, err := c.Flows.Get(ctx, id)
	if err != nil {
		return err
	}
	d, err := newDraft(f)
	if err != nil {
		return err
	}
	changed, err := o.edit(ctx, c, d, client.IfUnchanged(rev))
	if err != nil && d.hasWork() {
		o.app.warn("your text is kept in %s; 'flowctl update %s -f FILE' sends it", d.path, f.ID)
		return err
	}
	if err := d.remove(); err != nil {
		o.app.warn("%v", err)
	}
	switch {
	case err != nil:
		return err
	case changed == nil:
		o.app.note("Nothing changed.")
		return nil
	}
	return printWritten(p, *changed, "changed")
}

// edit lets the user edit the draft until it can be sent, or is given up. It gives
// nil if there is nothing to send.
func (o *editOptions) edit(ctx context.Context, c *client.Client, d *draft, unchanged client.UpdateOption) (*flow.Flow, error) {
	for {
		f, err := o.editOnce(ctx, c, d, unchanged)
		var invalid invalidError
		if err == nil || !errors.As(err, &invalid) && !errors.Is(err, client.ErrInvalid) || !o.app.interactive() {
			return f, err
		}
		o.app.fail(err.Error())
		again, err := o.app.confirm(ctx, "Edit again?")
		if err == nil && !again {
			err = noError{"nothing was changed"}
		}
		if err != nil {
			return nil, err
		}
	}
}

func (o *editOptions) editOnce(ctx context.Context, c *client.Client, d *draft, unchanged client.UpdateOption) (*flow.Flow, error) {
	if err := o.app.runEditor(d.path); err != nil {
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
// that the flow had before are no obstacle: a draft may be incomplete.
func (o *editOptions) patch(ctx context.Context, d *draft) (*client.Patch, error) {
	r := readSource(ctx, o.app.in, source{path: d.path}, true)
	if err := oneFlow(d.path, r); err != nil {
		return nil, err
	}
	if err := o.app.judge(d.path, d.without(r.findings)); err != nil {
		return nil, err
	}
	spec := r.flows[0].Spec
	if client.ContentRevision(flow.Flow{Spec: spec}) == d.revision {
		return nil, nil
	}
	patch := client.Replace(spec)
	if spec.Meta == nil && d.flow.Meta != nil {
		patch.Meta = []byte("{}") // what was taken out of the text shall go
	}
	for _, key := range d.flow.UnknownKeys() {
		if spec.Unknown(key) == nil {
			patch.Unknown.Set(key, []byte("null"))
		}
	}
	// Where there was no description there is none to take away. The real backend
	// would make "" of it.
	if patch.NoDescription && client.Replace(d.flow.Spec).NoDescription {
		patch.NoDescription = false
	}
	return &patch, nil
}

// runEditor opens a file in the user's editor and waits until it is closed.
func (a *app) runEditor(path string) error {
	line, err := a.editor()
	if err != nil {
		return err
	}
	cmd := userProgram(line, path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.in, a.out, a.err
	if !isTerminal(a.out) {
		cmd.Stdout = a.err // stdout is for the changed flow
	}
	release := a.interrupts.hold()
	defer release()
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case cmd.ProcessState == nil || shellFailed(err):
		return fmt.Errorf("run the editor %q: %w; set EDITOR to one that is there", line, err)
	}
	return fmt.Errorf("nothing was changed: the editor %q failed: %w", line, err)
}
