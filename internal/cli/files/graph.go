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
	cmdutil.EnumVar(cmd, &o.format, "output", "o", "text", "output format: text, mermaid, dot or svg", "text", "mermaid", "dot", "svg")
	return cmd
}

func (o *graphOptions) run(cmd *cobra.Command, args []string) error {
	f, err := o.app.LoadFlow(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	if _, err := io.WriteString(o.app.Out, o.draw(f.Spec)); err != nil {
		return fmt.Errorf("write the drawing: %w", err)
	}
	return nil
}

func (o *graphOptions) draw(s flow.Spec) string {
	switch o.format {
	case "mermaid":
		return render.Mermaid(s)
	case "dot":
		return render.Dot(s)
	case "svg":
		return render.SVG(s)
	}
	return render.Tree(s, o.app.Color(o.app.Out))
}
