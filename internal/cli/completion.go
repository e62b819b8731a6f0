package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// shells are the shells that flowctl is completed in.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func newCompletionCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Long: `The shell then completes commands, flags, and the names and ids of flows. Write
the bash or powershell line into the shell's start-up file to have it for good.
bash needs the package bash-completion.`,
		Example: `  source <(flowctl completion bash)
  flowctl completion zsh > "${fpath[1]}/_flowctl"
  flowctl completion fish > ~/.config/fish/completions/flowctl.fish
  flowctl completion powershell | Out-String | Invoke-Expression`,
		Args:              cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs:         shells(),
		PersistentPreRunE: withoutConfig,
		RunE: func(cmd *cobra.Command, args []string) error {
			return WriteCompletion(cmd.Root(), a.Out, args[0])
		},
	}
}

// withoutConfig keeps the configuration from being read: a broken one must not
// stop commands that do not need it.
func withoutConfig(*cobra.Command, []string) error { return nil }

// WriteCompletion writes the completion script of a shell.
func WriteCompletion(root *cobra.Command, w io.Writer, shell string) error {
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
