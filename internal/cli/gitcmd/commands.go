package gitcmd

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands that git calls.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newGitCmd(a)}
}
