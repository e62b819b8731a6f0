package flows

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/template"
)

type createOptions struct {
	making

	file string
}

func newCreateCmd(a *cmdutil.App) *cobra.Command {
	o := &createOptions{making: making{app: a, out: cmdutil.OutputFlags{NoTemplate: true}}}
	cmd := &cobra.Command{
		Use:        "create NAME",
		SuggestFor: []string{"add"},
		Short:      "Create a flow, empty or from a flow file",
		Long: `An empty flow has an input, a model and an output. The flow is private, unless
--access or the file has something else. Names need not be unique. 'flowctl new'
has other templates; 'flowctl import' creates several flows at once.`,
		Example: `  flowctl create "Content review" --description "Checks drafts"
  id=$(flowctl create Review -f review.json -o name)`,
		Args: cobra.ExactArgs(1),
		RunE: o.run,
	}
	cmd.Flags().StringVarP(&o.file, "file", "f", "", "flow `file` to take nodes and edges from, - for standard input")
	o.register(cmd)
	return cmd
}

func (o *createOptions) run(cmd *cobra.Command, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	o.name = args[0]
	if err := checkName(o.name); err != nil {
		return cmdutil.Usage(err)
	}
	spec := template.Empty().Spec
	if o.file != "" {
		file, err := o.app.ReadFlow(cmd.Context(), o.file)
		if err != nil {
			return err
		}
		spec = file.Spec
	}
	return o.create(cmd, p, spec)
}
