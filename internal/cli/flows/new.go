package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/runner"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

type newOptions struct {
	making

	template, file string
	sets, models   []string
}

func newNewCmd(a *cmdutil.App) *cobra.Command {
	o := &newOptions{making: making{app: a, out: cmdutil.OutputFlags{NoTemplate: true}}}
	cmd := &cobra.Command{
		Use:   "new [NAME]",
		Short: "Make a flow from a template, on the server or as a file",
		Long: `On a terminal it asks for what is not given: template, name, values and models.
Elsewhere the template is "empty", and a value without a default is an error.

TEMPLATE is a name that 'flowctl template list' shows, a flow file, or a version
of a flow on the server, such as NAME@template. --set has a value that it asks
for, --model replaces models that its flow names.
'flowctl help templates' explains how to write your own.

With --file the flow is written to a new flow file, - for stdout; nothing is
created on the server.`,
		Example: `  flowctl new
  flowctl new "Customer mail" --template conditional-routing --model llama3.1
  flowctl new Review --template content-review -f flows/review.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.template, "template", "", "make the flow from this `TEMPLATE`")
	f.StringArrayVar(&o.sets, "set", nil, "the value of a parameter of the template: `PARAMETER=VALUE`")
	f.StringArrayVar(&o.models, "model", nil, "use model B in place of A, or of every model: `[A=]B`")
	f.StringVarP(&o.file, "file", "f", "", "write the flow to this new `FILE`, and create none on the server")
	_ = cmd.RegisterFlagCompletionFunc("template", completeTemplate)
	o.register(cmd)
	return cmd
}

func (o *newOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	named := len(args) > 0
	if named {
		o.name = args[0]
	}
	if err := o.check(named); err != nil {
		return err
	}
	t, err := o.chosen(ctx)
	if err == nil {
		err = t.Err()
	}
	if err != nil {
		return err
	}
	values, err := t.Values(o.sets)
	if err != nil {
		return err
	}
	q := questions{o: o, t: &t}
	if o.app.Interactive() {
		if err := q.values(ctx, values); err != nil {
			return err
		}
	}
	spec, err := t.Fill(values)
	if err == nil && o.app.Interactive() {
		err = q.rest(ctx, spec.Name)
	}
	if err != nil {
		return err
	}
	if spec, err = withModels(spec, o.models); err != nil {
		return cmdutil.Usage(err)
	}
	o.name = cmp.Or(o.name, spec.Name)
	if err := checkName(o.name); err != nil {
		return cmdutil.Usage(err)
	}
	if o.file == "" {
		return o.create(cmd, p, spec)
	}
	return o.write(o.spec(cmd, spec))
}

func (o *newOptions) check(named bool) error {
	if named {
		if err := checkName(o.name); err != nil {
			return cmdutil.Usage(err)
		}
	}
	switch {
	case o.file != "" && o.out != (cmdutil.OutputFlags{NoTemplate: true}):
		return cmdutil.Usage(errors.New("--output and --jq are for the flow on the server; --file writes a flow file"))
	case o.file != "" && o.file != files.StdinPath && files.Exists(o.file):
		return cmdutil.Conflict(fmt.Errorf("%s is there already, and stays as it is; to make a flow from it, give it as --template", o.file))
	}
	return nil
}

// chosen returns the template that was asked for, or that the user chooses.
func (o *newOptions) chosen(ctx context.Context) (template.Template, error) {
	all, err := template.List(".")
	if err != nil {
		return template.Template{}, err
	}
	if o.template == "" && o.app.Interactive() {
		var choices []cmdutil.Choice
		for _, t := range all {
			choices = append(choices, cmdutil.Choice{Name: t.Name, Note: t.Title})
		}
		if o.template, err = o.app.Choose(ctx, "Template", template.EmptyName, choices); err != nil {
			return template.Template{}, err
		}
	}
	t, err := template.Find(all, cmp.Or(o.template, template.EmptyName))
	switch {
	case err == nil || o.template == files.StdinPath:
	case files.IsFileArg(o.template):
		return template.ReadFile(ctx, o.template)
	case strings.Contains(o.template, "@"):
		f, err := o.app.LoadFlow(ctx, o.template)
		return template.OfFlow(f.Spec, o.template), err
	}
	return t, err
}

// withModels returns the flow with other models, as --model of 'flowctl run' has it.
func withModels(spec flow.Spec, models []string) (flow.Spec, error) {
	before := spec.Nodes
	if _, err := runner.ChangeSpec(&spec, nil, models); err != nil {
		return spec, err
	}
	for i := range spec.Nodes {
		n := &spec.Nodes[i]
		if id := n.Text("modelId"); id != before[i].Text("modelId") && n.Field("modelName") != nil {
			if err := n.Set("modelName", id); err != nil { // the name was the other model's
				return spec, err
			}
		}
	}
	return spec, nil
}

// write writes the flow to the file, which must not be there.
func (o *newOptions) write(spec flow.Spec) error {
	text := func(w io.Writer) error { return flowfile.Write(w, flowfile.File{Spec: spec}) }
	if o.file == files.StdinPath {
		return text(o.app.Out)
	}
	if err := repo.CheckNamed(o.file); err != nil {
		return fmt.Errorf("write %s: %w", o.file, err)
	}
	if err := disk.Create(o.file, text); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = cmdutil.Conflict(err)
		}
		return err
	}
	o.app.Note("The flow is in %s. Run it with 'flowctl run %s'.", o.file, o.file)
	return nil
}
