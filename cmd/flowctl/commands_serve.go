package main

import "github.com/spf13/cobra"

// serveCommands returns the commands of the server.
func serveCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newServerCmd(a)}
}
