package main

import "github.com/spf13/cobra"

// filesCommands returns the commands on flow files.
func filesCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newExportCmd(a), newImportCmd(a), newValidateCmd(a), newFmtCmd(a), newDiffCmd(a), newGraphCmd(a), newSchemaCmd(a)}
}
