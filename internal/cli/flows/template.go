package flows

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/template"
)

func newTemplateCmd(a *cmdutil.App) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "template",
		Short: "Show what 'flowctl new' makes flows from",
		Long:  `'flowctl help templates' explains how to write your own.`,
	}, newTemplateListCmd(a), newTemplateShowCmd(a))
}

type templateOptions struct {
	app *cmdutil.App
	out cmdutil.OutputFlags
}

func newTemplateListCmd(a *cmdutil.App) *cobra.Command {
	o := &templateOptions{app: a}
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the templates",
		Long:    `Lists those that flowctl has, and those of the folder that .flowctl.yaml names.`,
		Example: `  flowctl template list
  flowctl template list -o name`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              o.list,
	}
	o.out.Register(cmd)
	return cmd
}

func (o *templateOptions) list(*cobra.Command, []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	all, err := template.List(".")
	if err != nil {
		return err
	}
	for i := range all {
		if err := all[i].Err(); err != nil {
			o.app.Warn("%v", err)
		}
	}
	_, err = output.List(p, templateView(), output.Seq(all))
	return err
}

func templateView() output.View[template.Template] {
	type column = output.Column[template.Template]
	return output.View[template.Template]{
		Columns: []column{
			{Title: "NAME", Whole: true, Text: func(_ *output.Printer, t template.Template) string { return t.Name }},
			{Title: "TITLE", Text: func(_ *output.Printer, t template.Template) string { return t.Title }},
			{Title: "SOURCE", Text: func(_ *output.Printer, t template.Template) string { return t.Source }},
			{Title: "DESCRIPTION", Wide: true, Text: func(_ *output.Printer, t template.Template) string { return t.Description }},
		},
		Name: func(t template.Template) string { return t.Name },
	}
}

func newTemplateShowCmd(a *cmdutil.App) *cobra.Command {
	o := &templateOptions{app: a}
	cmd := &cobra.Command{
		Use:     "show NAME",
		Aliases: []string{"get"},
		Short:   "Show a template with its parameters",
		Example: `  flowctl template show web-research
  flowctl template show web-research --jq .flow`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeTemplate,
		RunE:              o.show,
	}
	o.out.Register(cmd)
	return cmd
}

func (o *templateOptions) show(cmd *cobra.Command, args []string) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	n := newOptions{making: making{app: o.app}, template: args[0]}
	t, err := n.chosen(cmd.Context())
	if err == nil {
		err = t.Err()
	}
	if err != nil {
		return err
	}
	if !p.ForPeople() {
		return output.Item(p, templateView(), t)
	}
	err = output.Summary(p, []output.Field{
		{Label: "Name", Text: t.Name},
		{Label: "Title", Text: t.Title},
		{Label: "Source", Text: t.Source},
		{Label: "Description", Text: t.Description},
		{Label: "Graph", Text: fmt.Sprintf("%s, %s", output.Plural(len(t.Spec.Nodes), "node"), output.Plural(len(t.Spec.Edges), "edge"))},
	})
	if err != nil || len(t.Parameters) == 0 {
		return err
	}
	if err := p.Blank(); err != nil {
		return err
	}
	_, err = output.List(p, parameterView(), output.Seq(t.Parameters))
	return err
}

func parameterView() output.View[template.Parameter] {
	type column = output.Column[template.Parameter]
	return output.View[template.Parameter]{
		Columns: []column{
			{Title: "PARAMETER", Whole: true, Text: func(_ *output.Printer, t template.Parameter) string { return t.Name }},
			{Title: "TYPE", Text: func(_ *output.Printer, t template.Parameter) string { return t.Type }},
			{Title: "DEFAULT", Text: func(_ *output.Printer, t template.Parameter) string { return rawjson.Plain(t.Default) }},
			{Title: "DESCRIPTION", Text: func(_ *output.Printer, t template.Parameter) string { return t.Description }},
		},
		Name: func(t template.Parameter) string { return t.Name },
	}
}

// completeTemplate completes the name of a template.
func completeTemplate(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := template.List(".")
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []cobra.Completion
	for _, t := range all {
		names = append(names, cobra.CompletionWithDesc(t.Name, output.Text(t.Title)))
	}
	return names, cobra.ShellCompDirectiveDefault // a file, too
}
