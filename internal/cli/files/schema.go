package files

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

func newSchemaCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of flow files",
		Long: `Editors complete and explain flow files with it: name it in a file's "$schema",
or in the editor's settings. It is of draft 2020-12.`,
		Example: `  flowctl schema > flow.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := io.WriteString(a.Out, flowfile.Schema()); err != nil {
				return fmt.Errorf("print the schema: %w", err)
			}
			return nil
		},
	}
}
