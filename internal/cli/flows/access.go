package flows

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

// accessFlag is --access: who may read a flow besides its owner.
type accessFlag struct{ word string }

func (f *accessFlag) register(cmd *cobra.Command) {
	cmdutil.EnumVar(cmd, &f.word, "access", "", "", "who may read the flow: `private|public`, only you or everybody", cmdutil.AccessPrivate, cmdutil.AccessPublic)
}

// control returns the flag as access_control, nil when it was not given.
func (f *accessFlag) control() json.RawMessage {
	switch f.word {
	case cmdutil.AccessPrivate:
		return flow.Private()
	case cmdutil.AccessPublic:
		return flow.Public()
	}
	return nil
}
