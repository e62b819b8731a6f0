package auth

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Commands returns the commands that sign in, and that name servers.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{newLoginCmd(a), newLogoutCmd(a), newWhoamiCmd(a), newProfileCmd(a)}
}
