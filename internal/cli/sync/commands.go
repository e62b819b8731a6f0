package sync

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands that compare a folder of flow files with a server, and
// the one that goes back to what was there.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newStatusCmd(a), newPlanCmd(a), newApplyCmd(a), newPullCmd(a), newRollbackCmd(a)}
}

// FileCommands returns the commands that write flows of a server to files, and back.
func FileCommands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newExportCmd(a), newImportCmd(a)}
}
