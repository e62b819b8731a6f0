package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/flow"
)

type graphOptions struct {
	app    *app
	format string
}

func newGraphCmd(a *app) *cobra.Command {
	o := &graphOptions{app: a}
	cmd := &cobra.Command{
		Use:        "graph FILE|NAME",
		SuggestFor: []string{"draw", "dot", "svg"},
		Short:      "Draw a flow",
		Long: `Draws a tree for the terminal, Mermaid (which GitHub shows), DOT for Graphviz,
or SVG with the positions and colours of the editor.

` + fileOrNameHelp,
		Example: `  flowctl graph flows/review.json
  flowctl graph "Content review" -o svg > review.svg`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeName,
		RunE:              o.run,
	}
	formats := []string{"text", "mermaid", "dot", "svg"}
	cmd.Flags().StringVarP(&o.format, "output", "o", "text", "output format: text, mermaid, dot or svg")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *graphOptions) run(cmd *cobra.Command, args []string) error {
	draw, err := o.drawing()
	if err != nil {
		return err
	}
	f, err := o.app.loadFlow(cmd.Context(), args[0], o.app.connectOnce(cmd.Context()))
	if err != nil {
		return err
	}
	if err := draw(o.app.out, f.spec); err != nil {
		return fmt.Errorf("write the drawing: %w", err)
	}
	return nil
}

func (o *graphOptions) drawing() (func(io.Writer, flow.Spec) error, error) {
	switch o.format {
	case "text":
		return func(w io.Writer, s flow.Spec) error { return render.Tree(w, s, o.app.color(o.app.out)) }, nil
	case "mermaid":
		return render.Mermaid, nil
	case "dot":
		return render.Dot, nil
	case "svg":
		return render.SVG, nil
	}
	return nil, unknownFormat(o.format, "text", "mermaid", "dot", "svg")
}

// unknownFormat is the error for a value of --output that a command does not know.
func unknownFormat(format string, known ...string) error {
	known = slices.Clone(known)
	return usageError{fmt.Errorf("unknown output format %q; use one of %s", format, strings.Join(known, ", "))}
}
