package main

import "github.com/spf13/cobra"

// runCommands returns the commands that run flows and show what runs came to.
func runCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newRunCmd(a), newExecutionsCmd(a)}
}
