package flows

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

type duplicateOptions struct {
	app  *cmdutil.App
	out  cmdutil.OutputFlags
	name string
}

func newDuplicateCmd(a *cmdutil.App) *cobra.Command {
	o := &duplicateOptions{app: a}
	cmd := &cobra.Command{
		Use:        "duplicate NAME",
		SuggestFor: []string{"clone"},
		Aliases:    []string{"copy", "cp"},
		Short:      "Copy a flow on its server",
		Long: `The copy is yours and private, and is printed.

` + cmdutil.NameHelp,
		Example: `  flowctl duplicate "Content review"
  flowctl duplicate 3f2a --name "Content review, next"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	cmd.Flags().StringVar(&o.name, "name", "", "name of the copy (default \"<name> (Copy)\")")
	o.out.Register(cmd)
	return cmd
}

func (o *duplicateOptions) run(cmd *cobra.Command, args []string) error {
	if cmd.Flags().Changed("name") && o.name == "" {
		return cmdutil.Usage(errors.New("--name is empty; give a name, or leave the flag out"))
	}
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	c, id, err := o.app.FindFlow(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	// A copy that Open WebUI itself makes can be read by everybody.
	f, err := c.Flows.Get(cmd.Context(), id)
	if err != nil {
		return fmt.Errorf("duplicate flow: %w", err)
	}
	f.Name, f.AccessControl = cmp.Or(o.name, f.Name+" (Copy)"), flow.Private()
	if f, err = c.Flows.Create(cmd.Context(), f.Spec); err != nil {
		return err
	}
	return printWritten(p, f, "made")
}
