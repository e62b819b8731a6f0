package run

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands that run flows and show what runs came to.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{NewRunCmd(a), newExecutionsCmd(a)}
}
