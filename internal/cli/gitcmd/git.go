package gitcmd

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

const gitHelp = `After 'flowctl git install', 'git diff' shows what changed in a flow without
layout, and 'git merge' merges flows node by node and field by field.`

func newGitCmd(a *cmdutil.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "git",
		Short: "Let git diff and merge flow files",
		Long:  gitHelp,
		RunE:  cmdutil.GroupRun,
		Args:  cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newGitInstallCmd(a), newGitTextconvCmd(a), newGitMergeCmd(a))
	return cmd
}
