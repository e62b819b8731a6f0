package flows

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/share"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The values of --access.
const (
	accessPrivate = "private"
	accessPublic  = "public"
)

// accessFlag adds --access: who may read a flow besides its owner.
func accessFlag(cmd *cobra.Command, word *string) {
	cmdutil.EnumVar(cmd, word, "access", "", "", "who may read the flow: `private|public`, only you or everybody", accessPrivate, accessPublic)
}

// mayAccess returns an error if the flow with an id is to become public and the caller may not
// do that.
func mayAccess(ctx context.Context, c *client.Client, id string, access json.RawMessage) error {
	if string(access) != string(flow.Public()) {
		return nil
	}
	if f, err := c.Flows.Get(ctx, id); err != nil || flow.EqualAccess(f.AccessControl, access) {
		return err
	}
	return share.MayPublish(ctx, c)
}

// accessControl returns the value of --access as access_control, nil without one.
func accessControl(word string) json.RawMessage {
	switch word {
	case accessPrivate:
		return flow.Private()
	case accessPublic:
		return flow.Public()
	}
	return nil
}
