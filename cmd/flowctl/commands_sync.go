package main

import "github.com/spf13/cobra"

// syncCommands returns the commands that compare a folder of flow files with a server.
func syncCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newStatusCmd(a), newPlanCmd(a), newApplyCmd(a), newPullCmd(a)}
}
