package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
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

// withNow returns NAME@VERSION alone with the flow as it is as the second argument.
func (o *diffOptions) withNow(ctx context.Context, args []string) ([]string, error) {
	if _, _, ok := lookup.CutVersion(args[0]); !ok || len(args) == 2 || files.IsFileArg(args[0]) {
		return args, nil
	}
	refs, err := o.app.FindVersions(ctx, args[0])
	if errors.Is(err, client.ErrNotFound) || err == nil && refs[0].Version == "" {
		return args, nil // it may have a file here
	}
	if err != nil {
		return nil, err
	}
	return append(args, refs[0].ID), nil
}

// two loads the flows of both arguments.
func (o *diffOptions) two(ctx context.Context, args []string) ([]render.Pair, error) {
	before, err := o.app.LoadFlow(ctx, args[0])
	if err != nil {
		return nil, err
	}
	after, err := o.app.LoadFlow(ctx, args[1])
	if err != nil {
		return nil, err
	}
	return []render.Pair{{Before: before.Name, After: after.Name, BeforeSpec: before.Spec, AfterSpec: after.Spec}}, nil
}

func (o *diffOptions) print(pairs []render.Pair) error {
	if o.format == "json" {
		return o.printJSON(pairs)
	}
	drawn := make([]string, len(pairs))
	for i, p := range pairs {
		drawn[i] = o.draw(p)
	}
	_, err := io.WriteString(o.app.Out, strings.Join(drawn, "\n"))
	return err
}

func (o *diffOptions) draw(p render.Pair) string {
	switch o.format {
	case "markdown":
		return render.Markdown(p)
	case "mermaid":
		return render.MermaidDiff(p)
	}
	return render.Text(p, o.app.Color(o.app.Out))
}

// flowDiff is one pair in `diff -o json`.
type flowDiff struct {
	Before  string        `json:"before"`
	After   string        `json:"after"`
	Changes []flow.Change `json:"changes"`
}

func (o *diffOptions) printJSON(pairs []render.Pair) error {
	diffs := make([]flowDiff, len(pairs))
	for i, p := range pairs {
		diffs[i] = flowDiff{p.Before, p.After, p.Changes}
	}
	p, err := o.app.Printer(cmdutil.OutputFlags{Format: output.JSON})
	if err != nil {
		return err
	}
	_, err = output.List(p, output.View[flowDiff]{}, output.Seq(diffs))
	return err
}
