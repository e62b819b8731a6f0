package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
)

type planOptions struct {
	app     *app
	format  string
	file    string
	summary string
	prune   bool
	side    sideFlags
	env     envFlag

	toFile bool // --out is given
}

func newPlanCmd(a *app) *cobra.Command {
	o := &planOptions{app: a}
	cmd := &cobra.Command{
		Use:   "plan PATH|NAME...",
		Short: "Preview what apply would change",
		Long: `Nothing is written on the server. --out keeps the plan in a file, for 'flowctl
apply FILE'; variables of the environment stay ${NAME} in it until then.

A flow that somebody changed on the server since the last apply, pull or export
is marked, and 'flowctl apply' leaves it alone: 'flowctl pull' brings the change
into the file, --overwrite overwrites it.

` + pickHelp,
		Example: `  flowctl plan flows
  flowctl plan flows --prune --out plan.json && flowctl apply plan.json --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.toFile = cmd.Flags().Changed("out")
			if o.format != "text" && o.format != "json" {
				return unknownFormat(o.format, "text", "json")
			}
			if o.toFile && o.file == "" {
				return usageError{errors.New("the name of the file to keep the plan in is empty")}
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "output", "o", "text", "output format: text or json")
	f.StringVar(&o.file, "out", "", "keep the plan in `FILE`, for 'flowctl apply FILE'")
	f.StringVar(&o.summary, "summary", "", "append the plan to `FILE` as Markdown")
	f.BoolVar(&o.prune, "prune", false, "delete the flows that flowctl.lock knows and whose files are gone")
	o.side.register(cmd, overwriteThere)
	o.env.register(cmd)
	o.env.registerStrict(cmd)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *planOptions) run(ctx context.Context, args []string) error {
	t, err := o.app.target()
	if err != nil {
		return err
	}
	picked, err := pick(args)
	if err != nil {
		return err
	}
	d, c, err := o.app.openDir(ctx, picked, t, &o.env, false)
	if err != nil {
		return err
	}
	opts := d.options(ctx, t, &o.env)
	opts.Prune, opts.Revisions = o.prune, o.toFile || o.format == "json"
	opts.Note = opts.Revisions // who applies the plan notes it
	o.side.set(&opts)
	p, err := o.app.planDir(ctx, c, d, opts)
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
		if err := o.app.addSummary(o.summary, "Plan", p, nil); err != nil {
			return err
		}
	}
	return o.print(p)
}

func (o *planOptions) print(p *reconcile.Plan) error {
	if o.format == "text" {
		return o.app.showPlan(o.app.out, p)
	}
	var b bytes.Buffer
	if err := p.Save(&b); err != nil {
		return err
	}
	text := b.String()
	if isTerminal(o.app.out) {
		text = output.Lines(text) // changes no value, only how a string is spelt
	}
	if _, err := io.WriteString(o.app.out, text); err != nil {
		return fmt.Errorf("print the plan: %w", err)
	}
	return nil
}
