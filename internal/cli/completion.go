package cli

import (
	"bytes"
	"errors"
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

// Where cobra's script for bash shows several completions, and what comes before
// it: bash puts what they have in common on the command line as it is, so that a
// blank in it would end the argument.
const (
	bashSeveral = `    else
        # Format the descriptions
        __flowctl_format_comp_descriptions $longest
`
	bashCommon = `    elif __flowctl_common_part; then
        :
`
	bashCommonPart = `
# If the completions have more in common than what was typed, makes that part,
# escaped, the only completion.
__flowctl_common_part() {
    local tab=$'\t' common="" comp compline
    for compline in "${COMPREPLY[@]}"; do
        printf -v comp "%q" "${compline%%$tab*}"
        [[ $comp == \$\'* ]] && return 1
        if [[ -z $common ]]; then
            common=$comp
        fi
        while [[ $comp != "$common"* ]]; do
            common=${common%?}
        done
    done
    common=${common%\\} # half an escape
    ((${#COMPREPLY[*]} > 1 && ${#common} > ${#cur})) || return 1
    [[ $(type -t compopt) == builtin ]] && compopt -o nospace
    COMPREPLY=("$common")
}
`
)

// writeBashCompletion writes cobra's script, changed so that the common part of
// names with blanks is completed.
func writeBashCompletion(root *cobra.Command, w io.Writer) error {
	var b bytes.Buffer
	if err := root.GenBashCompletionV2(&b, true); err != nil {
		return err
	}
	script := bytes.Replace(b.Bytes(), []byte(bashSeveral), []byte(bashCommon+bashSeveral), 1)
	if len(script) == b.Len() {
		return errors.New("write the completion for bash: cobra's script has changed; see bashSeveral")
	}
	_, err := w.Write(append(script, bashCommonPart...))
	return err
}

// WriteCompletion writes the completion script of a shell.
func WriteCompletion(root *cobra.Command, w io.Writer, shell string) error {
	switch shell {
	case "bash":
		return writeBashCompletion(root, w)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return fmt.Errorf("no completion for the shell %q", shell)
}
