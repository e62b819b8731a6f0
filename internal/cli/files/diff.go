package files

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/flow"
)

type diffOptions struct {
	app    *cmdutil.App
	format string
	layout bool
	env    sync.EnvFile
}

func newDiffCmd(a *cmdutil.App) *cobra.Command {
	o := &diffOptions{app: a}
	cmd := &cobra.Command{
		Use:        "diff FILE|NAME [FILE|NAME]",
		SuggestFor: []string{"compare"},
		Short:      "Compare two flows, or flow files with the server",
		Long: `Compares node by node and field by field, prompts line by line. Positions are
left out, unless --layout is given.

With one argument, a file or folder is compared with the server, as 'flowctl
plan' does: without what only the editor saves. The exit code is 3 if anything
differs.

NAME@VERSION alone is compared with the flow as it is.

` + cmdutil.FileOrNameHelp,
		Example: `  flowctl diff flows
  flowctl diff old.json "Content review"
  flowctl diff "Content review@3" "Content review@7"
  flowctl diff flows -o markdown > comment.md`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	f := cmd.Flags()
	cmdutil.EnumVar(cmd, &o.format, "output", "o", "text", "output format: text, json, markdown or mermaid", "text", "json", "markdown", "mermaid")
	f.BoolVar(&o.layout, "layout", false, "compare positions and sizes, too")
	a.EnvFlags(cmd, &o.env, true)
	return cmd
}

func (o *diffOptions) run(cmd *cobra.Command, args []string) error {
	var pairs []render.Pair
	var err error
	if len(args) == 2 && o.env.Path != "" {
		return cmdutil.Usage(errors.New("--env is for a file or folder and the server; give one argument"))
	}
	if args, err = o.withNow(cmd.Context(), args); err != nil {
		return err
	}
	if len(args) == 2 {
		pairs, err = o.two(cmd.Context(), args)
	} else {
		pairs, err = o.againstServer(cmd.Context(), args[0])
	}
	if err != nil {
		return err
	}
	differ := pairs[:0:0]
	for _, p := range pairs {
		before, after := p.BeforeSpec, p.AfterSpec
		if !o.layout {
			before, after = layout.Without(before), layout.Without(after)
		}
		p.Changes = flow.Diff(before, after)
		if len(p.Changes) > 0 {
			differ = append(differ, p)
		}
	}
	if err := o.print(differ); err != nil {
		return fmt.Errorf("write the differences: %w", err)
	}
	if len(differ) > 0 {
		return cmdutil.Negative("")
	}
	return nil
}
