package flows

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

type getOptions struct {
	app *cmdutil.App
	out cmdutil.OutputFlags
}

func newGetCmd(a *cmdutil.App) *cobra.Command {
	o := &getOptions{app: a, out: cmdutil.OutputFlags{Paged: true}}
	cmd := &cobra.Command{
		Use:        "get NAME",
		SuggestFor: []string{"cat", "view", "describe"},
		Aliases:    []string{"show"},
		Short:      "Show one flow",
		Long: `Shows who may use the flow, its description and its nodes. --output json prints
all that the server has of it. 'flowctl export' writes a file to keep in git.

` + cmdutil.NameHelp + "\n" + cmdutil.VersionHelp,
		Example: `  flowctl get "Content review"
  flowctl get "Content review@-1"
  flowctl get 3f2a -o json --jq '.nodes[].data.modelId'`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	o.out.Register(cmd)
	return cmd
}

func (o *getOptions) run(cmd *cobra.Command, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	refs, err := o.app.FindVersions(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	f, v, err := o.app.GetVersion(cmd.Context(), refs[0])
	if err != nil {
		return err
	}
	if p.ForPeople() {
		version := ""
		if v != nil {
			version = refs[0].At(v)
		}
		return o.summary(p, f, version)
	}
	return output.Item(p, flowView(), f)
}

// summary shows what people want to know of a flow.
func (o *getOptions) summary(p *output.Printer, f flow.Flow, version string) error {
	readers, writers := accessText(f)
	err := output.Summary(p, []output.Field{
		{Label: "Name", Text: f.Name},
		{Label: "ID", Text: f.ID},
		{Label: "Version", Text: version},
		{Label: "Owner", Text: f.UserID},
		{Label: "May read", Text: readers},
		{Label: "May write", Text: writers},
		{Label: "Created", Text: p.Time(f.CreatedAt)},
		{Label: "Updated", Text: p.Time(f.UpdatedAt)},
		{Label: "Description", Text: f.Description},
		{Label: "Graph", Text: fmt.Sprintf("%s, %s", output.Plural(len(f.Nodes), "node"), output.Plural(len(f.Edges), "edge"))},
	})
	if err != nil || len(f.Nodes) == 0 {
		return err
	}
	if err := p.Blank(); err != nil {
		return err
	}
	_, err = output.List(p, nodeView(f.Edges), output.Seq(f.Nodes))
	return err
}
