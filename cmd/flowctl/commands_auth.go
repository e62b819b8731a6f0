package main

import "github.com/spf13/cobra"

// authCommands returns the commands that sign in, and that name servers.
func authCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newLoginCmd(a), newLogoutCmd(a), newWhoamiCmd(a), newProfileCmd(a)}
}
