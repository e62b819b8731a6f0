package flows

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

type createOptions struct {
	app         *cmdutil.App
	out         cmdutil.OutputFlags
	access      string
	description string
	file        string
}

func newCreateCmd(a *cmdutil.App) *cobra.Command {
	o := &createOptions{app: a}
	cmd := &cobra.Command{
		Use:        "create NAME",
		SuggestFor: []string{"add"},
		Aliases:    []string{"new"},
		Short:      "Create a flow, empty or from a flow file",
		Long: `The flow is private, unless --access or the file has something else. Names need
not be unique. 'flowctl import' creates several flows at once.`,
		Example: `  flowctl create "Content review" --description "Checks drafts"
  id=$(flowctl create Review -f review.json -o name)`,
		Args: cobra.ExactArgs(1),
		RunE: o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.description, "description", "", "what the flow is for")
	f.StringVarP(&o.file, "file", "f", "", "flow `file` to take nodes and edges from, - for standard input")
	accessFlag(cmd, &o.access)
	o.out.Register(cmd)
	return cmd
}

func (o *createOptions) run(cmd *cobra.Command, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	spec, err := o.spec(cmd, args[0])
	if err != nil {
		return err
	}
	c, err := o.app.Connect(cmd.Context())
	if err != nil {
		return err
	}
	f, err := c.Flows.Create(cmd.Context(), spec)
	if err != nil {
		return err
	}
	return printWritten(p, f, "made")
}

// spec is what the new flow shall be.
func (o *createOptions) spec(cmd *cobra.Command, name string) (flow.Spec, error) {
	if strings.TrimSpace(name) == "" {
		return flow.Spec{}, cmdutil.Usage(errors.New("the name is empty; give the flow a name"))
	}
	spec := flow.Spec{Nodes: []flow.Node{}, Edges: []flow.Edge{}}
	if o.file != "" {
		file, err := o.app.ReadFlow(cmd.Context(), o.file)
		if err != nil {
			return flow.Spec{}, err
		}
		spec = file.Spec
	}
	spec.Name = name
	if cmd.Flags().Changed("description") {
		spec.Description = o.description
	}
	if access := accessControl(o.access); access != nil {
		spec.AccessControl = access
	}
	return spec, nil
}
