package main

import "github.com/spf13/cobra"

// flowsCommands returns the commands on flows that a server keeps, one at a time.
func flowsCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newListCmd(a), newGetCmd(a), newCreateCmd(a), newEditCmd(a), newUpdateCmd(a), newDuplicateCmd(a), newDeleteCmd(a)}
}
