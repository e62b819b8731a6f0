package flows

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands on flows that a server keeps, one at a time.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newListCmd(a), newGetCmd(a), newNewCmd(a), newCreateCmd(a), newTemplateCmd(a), newEditCmd(a), newUpdateCmd(a), newDuplicateCmd(a), newDeleteCmd(a), newShareCmd(a), newUnshareCmd(a), newRestoreCmd(a), newHistoryCmd(a), newLabelCmd(a)}
}
