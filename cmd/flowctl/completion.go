package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// shells are the shells that flowctl is completed in.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func newCompletionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Long: `Print a script that makes the shell complete commands, flags, and the names and
ids of flows.

  bash        source <(flowctl completion bash)
  zsh         flowctl completion zsh > "${fpath[1]}/_flowctl"
  fish        flowctl completion fish > ~/.config/fish/completions/flowctl.fish
  powershell  flowctl completion powershell | Out-String | Invoke-Expression

Write the bash or powershell line into the shell's start-up file to have it for
good. bash needs the package bash-completion.`,
		Args:              cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs:         shells(),
		PersistentPreRunE: withoutConfig,
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeCompletion(cmd.Root(), a.out, args[0])
		},
	}
}

// withoutConfig keeps the configuration from being read: a broken one must not
// stop commands that do not need it.
func withoutConfig(*cobra.Command, []string) error { return nil }

func writeCompletion(root *cobra.Command, w io.Writer, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return fmt.Errorf("no completion for the shell %q", shell)
}
