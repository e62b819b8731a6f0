package main

import (
	"github.com/spf13/cobra"
)

const gitHelp = `After 'flowctl git install', 'git diff' shows what changed in a flow without
layout, and 'git merge' merges flows node by node and field by field.`

func newGitCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "git",
		Short: "Let git diff and merge flow files",
		Long:  gitHelp,
		RunE:  groupRun,
		Args:  cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newGitInstallCmd(a), newGitTextconvCmd(a), newGitMergeCmd(a))
	return cmd
}
