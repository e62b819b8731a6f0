package files

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands on flow files.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newValidateCmd(a), newFmtCmd(a), newDiffCmd(a), newGraphCmd(a), newSchemaCmd(a)}
}
