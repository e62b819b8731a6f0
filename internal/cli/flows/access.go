package flows

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

// accessFlag is --access: who may read a flow besides its owner.
type accessFlag struct{ word string }

func (f *accessFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.word, "access", "", "who may read the flow: `private|public`, only you or everybody")
	_ = cmd.RegisterFlagCompletionFunc("access", cobra.FixedCompletions(
		[]string{cmdutil.AccessPrivate, cmdutil.AccessPublic}, cobra.ShellCompDirectiveNoFileComp))
}

// control gives the flag as access_control, nil when it was not given.
func (f *accessFlag) control() (json.RawMessage, error) {
	switch f.word {
	case "":
		return nil, nil
	case cmdutil.AccessPrivate:
		return flow.Private(), nil
	case cmdutil.AccessPublic:
		return flow.Public(), nil
	}
	return nil, cmdutil.Usage(fmt.Errorf("--access is %q; give %s or %s", f.word, cmdutil.AccessPrivate, cmdutil.AccessPublic))
}
