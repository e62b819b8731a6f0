package serve

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands of the server.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newServerCmd(a)}
}
