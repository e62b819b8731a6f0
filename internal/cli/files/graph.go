package files

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/flow"
)

type graphOptions struct {
	app    *cmdutil.App
	format string
}

func newGraphCmd(a *cmdutil.App) *cobra.Command {
	o := &graphOptions{app: a}
	cmd := &cobra.Command{
		Use:        "graph FILE|NAME",
		SuggestFor: []string{"draw", "dot", "svg"},
		Short:      "Draw a flow",
		Long: `Draws a tree for the terminal, Mermaid (which GitHub shows), DOT for Graphviz,
or SVG with the positions and colours of the editor.

` + cmdutil.FileOrNameHelp,
		Example: `  flowctl graph flows/review.json
  flowctl graph "Content review" -o svg > review.svg`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
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
	f, err := o.app.LoadFlow(cmd.Context(), args[0], o.app.ConnectOnce(cmd.Context()))
	if err != nil {
		return err
	}
	if err := draw(o.app.Out, f.Spec); err != nil {
		return fmt.Errorf("write the drawing: %w", err)
	}
	return nil
}

func (o *graphOptions) drawing() (func(io.Writer, flow.Spec) error, error) {
	switch o.format {
	case "text":
		return func(w io.Writer, s flow.Spec) error { return render.Tree(w, s, o.app.Color(o.app.Out)) }, nil
	case "mermaid":
		return render.Mermaid, nil
	case "dot":
		return render.Dot, nil
	case "svg":
		return render.SVG, nil
	}
	return nil, cmdutil.UnknownFormat(o.format, "text", "mermaid", "dot", "svg")
}
