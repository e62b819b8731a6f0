package main

import "github.com/spf13/cobra"

// gitCommands returns the commands that git calls.
func gitCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newGitCmd(a)}
}
