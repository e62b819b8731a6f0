package sync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/sync"
)

type planOptions struct {
	app     *cmdutil.App
	format  string
	file    string
	summary string
	prune   bool
	folderFlags

	toFile bool // --out is given
}

func newPlanCmd(a *cmdutil.App) *cobra.Command {
	o := &planOptions{app: a}
	cmd := &cobra.Command{
		Use:   "plan PATH|NAME...",
		Short: "Preview what apply would change",
		Long: `Nothing is written on the server. --out keeps the plan in a file, for 'flowctl
apply FILE'; variables of the environment stay ${NAME} in it until then.

What somebody changed on the server goes into the file, and the plan shows it.
A plan that is kept does not merge: such flows are left alone, as by --no-merge.

` + pickHelp,
		Example: `  flowctl plan flows
  flowctl plan flows --prune --out plan.json && flowctl apply plan.json --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.toFile = cmd.Flags().Changed("out")
			if o.toFile && o.file == "" {
				return cmdutil.Usage(errors.New("the name of the file to keep the plan in is empty"))
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	cmdutil.EnumVar(cmd, &o.format, "output", "o", "text", "output format: text or json", "text", "json")
	f.StringVar(&o.file, "out", "", "keep the plan in `FILE`, for 'flowctl apply FILE'")
	f.StringVar(&o.summary, "summary", "", "append the plan to `FILE` as Markdown")
	f.BoolVar(&o.prune, "prune", false, "delete the flows that flowctl.lock knows and whose files are gone")
	o.registerMerge(cmd)
	o.register(a, cmd, overwriteThere)
	return cmd
}

func (o *planOptions) run(ctx context.Context, args []string) error {
	d, c, opts, err := o.open(ctx, o.app, args, false)
	if err != nil {
		return err
	}
	opts.Prune = o.prune
	opts.Merge = opts.Merge && !o.toFile
	p, err := planDir(ctx, o.app, c, d, opts)
	if err != nil {
		return err
	}
	if o.toFile {
		if err := repo.CheckNamed(o.file); err != nil {
			return fmt.Errorf("write %s: %w", o.file, err)
		}
		if err := disk.Replace(o.file, p.Save); err != nil {
			return err
		}
	}
	if o.summary != "" {
		if err := addSummary(o.summary, "Plan", p, nil); err != nil {
			return err
		}
	}
	return o.print(p)
}

func (o *planOptions) print(p *sync.Plan) error {
	if o.format == "text" {
		return showPlan(o.app, o.app.Out, p)
	}
	var b bytes.Buffer
	if err := p.Save(&b); err != nil {
		return err
	}
	text := b.String()
	if cmdutil.IsTerminal(o.app.Out) {
		text = output.Lines(text) // changes no value, only how a string is spelt
	}
	if _, err := io.WriteString(o.app.Out, text); err != nil {
		return fmt.Errorf("print the plan: %w", err)
	}
	return nil
}
