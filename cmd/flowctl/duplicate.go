package main

import (
	"errors"

	"github.com/spf13/cobra"
)

type duplicateOptions struct {
	app  *app
	out  outputFlags
	name string
}

func newDuplicateCmd(a *app) *cobra.Command {
	o := &duplicateOptions{app: a}
	cmd := &cobra.Command{
		Use:        "duplicate NAME",
		SuggestFor: []string{"clone"},
		Aliases:    []string{"copy", "cp"},
		Short:      "Copy a flow on its server",
		Long: `The copy is yours and private, and is printed.

` + nameHelp,
		Example: `  flowctl duplicate "Content review"
  flowctl duplicate 3f2a --name "Content review, next"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeName,
		RunE:              o.run,
	}
	cmd.Flags().StringVar(&o.name, "name", "", "name of the copy (default \"<name> (Copy)\")")
	o.out.register(cmd)
	return cmd
}

func (o *duplicateOptions) run(cmd *cobra.Command, args []string) error {
	if cmd.Flags().Changed("name") && o.name == "" {
		return usageError{errors.New("--name is empty; give a name, or leave the flag out")}
	}
	p, err := o.app.printer(o.out)
	if err != nil {
		return err
	}
	c, err := o.app.connect(cmd.Context())
	if err != nil {
		return err
	}
	id, err := resolve(cmd.Context(), c, args[0])
	if err != nil {
		return err
	}
	f, err := c.Flows.Duplicate(cmd.Context(), id, o.name)
	if err != nil {
		return err
	}
	return printWritten(p, f, "made")
}
