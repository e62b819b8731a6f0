package flows

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type labelOptions struct {
	app    *cmdutil.App
	remove bool
}

func newLabelCmd(a *cmdutil.App) *cobra.Command {
	o := &labelOptions{app: a}
	cmd := &cobra.Command{
		Use:        "label NAME LABEL",
		SuggestFor: []string{"tag"},
		Short:      "Put a label on a version of a flow, or remove it",
		Long: `NAME@VERSION gets the label, without @VERSION the newest version; any other one
loses it. NAME@LABEL then names that version, and the server keeps it for good.
'flowctl history' lists labels.

` + cmdutil.NameHelp,
		Example: `  flowctl label "Content review@7" published
  flowctl run "Content review@published"
  flowctl label "Content review" published --remove`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: a.CompleteName,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0], args[1]) },
	}
	cmd.Flags().BoolVar(&o.remove, "remove", false, "remove the label")
	return cmd
}

func (o *labelOptions) run(ctx context.Context, name, label string) error {
	refs, err := o.app.FindVersions(ctx, name)
	if err != nil {
		return err
	}
	r := refs[0]
	switch {
	case o.remove && r.Version != "":
		return cmdutil.Usage(errors.New("a label is on one version alone; give the NAME without @VERSION"))
	case !lookup.IsLabel(label):
		return cmdutil.Usage(fmt.Errorf("%q cannot be a label: that has up to 64 letters, digits, dots, dashes and underscores, and begins with a letter", label))
	}
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	h, err := o.app.History(ctx, r)
	if err != nil {
		return err
	}
	if h.InGit {
		return fmt.Errorf("this server keeps no labels: %w; %s is in git: 'git tag' names a commit of it", client.ErrUnsupported, h.Path())
	}
	if o.remove {
		_, err := c.Flows.SetLabel(ctx, r.ID, label, "")
		if errors.Is(err, client.ErrNotFound) {
			err = fmt.Errorf("no version of %s has the label %q: %w; see 'flowctl history'", output.Quoted(r.Name), label, client.ErrNotFound)
		}
		if err == nil {
			o.app.Note("Removed the label %s of %s", label, output.Quoted(r.Name))
		}
		return err
	}
	v, err := h.Find(ctx, r.Version)
	if err != nil {
		return err
	}
	if _, err := c.Flows.SetLabel(ctx, r.ID, label, strconv.FormatInt(v.Number, 10)); err != nil {
		return cmdutil.NotYours(ctx, c, r.ID, err, cmdutil.MayChange)
	}
	o.app.Note("%s is version %d of %s", label, v.Number, output.Quoted(r.Name))
	return nil
}
