package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
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

// notYours words the refusal of a change to a flow that the caller may read: whose it
// is. Any other error stays.
func notYours(ctx context.Context, c *client.Client, id string, err error) error {
	if !errors.Is(err, client.ErrForbidden) {
		return err
	}
	f, reading := c.Flows.Get(ctx, id)
	if reading != nil {
		return err
	}
	owner := "its owner"
	if o, asking := lookup.NewOwners(c).Of(ctx, f); asking == nil && o.Name != "" {
		owner += " " + output.Text(o.Name)
	}
	return fmt.Errorf("you may read %s, but only %s and those with the right to write may change it: %w", output.Quoted(f.Name), owner, err)
}
