package gitcmd

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

func newGitTextconvCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "textconv FILE",
		Short:   "Write a flow file as text, for git diff",
		Example: `  flowctl git textconv flows/review.json`,
		Long: `The text is YAML without layout, with the lines of a prompt on lines of their
own; characters that a terminal does not show, or that turn the reading
direction, are escaped. A file that is not a flow file is written as it is.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := files.Read(cmd.Context(), a.In, files.Source{Path: args[0]}, false)
			if len(r.Flows) == 0 {
				return copyFile(a, args[0])
			}
			err := cmdutil.WriteHarmless(a.Out, func(w io.Writer) error { return writeAsText(w, r.Flows) })
			if err != nil {
				return fmt.Errorf("write %s as text: %w", args[0], err)
			}
			return nil
		},
	}
}

// writeAsText writes flows as YAML without layout.
func writeAsText(w io.Writer, flows []flowfile.File) error {
	p, err := output.New(w, output.Options{Format: output.YAML})
	if err != nil {
		return err
	}
	for _, f := range flows {
		if _, err := output.List(p, output.View[flow.Spec]{}, output.Seq([]flow.Spec{layout.Without(f.Spec)})); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(a *cmdutil.App, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if _, err := io.Copy(a.Out, f); err != nil {
		return fmt.Errorf("write %s as text: %w", path, err)
	}
	return nil
}
