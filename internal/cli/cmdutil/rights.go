package cmdutil

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

// The ends of the message of NotYours.
const (
	MayChange = "and those with the right to write may change it"
	MayShare  = "and administrators may share it"
)

// NotYours words the refusal of a change to a flow that the caller may read: whose it
// is. Any other error stays.
func NotYours(ctx context.Context, c *client.Client, id string, err error, whoMay string) error {
	if failed := (*client.Error)(nil); !errors.Is(err, client.ErrForbidden) || !errors.As(err, &failed) {
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
	return fmt.Errorf("you may read %s, but only %s %s: %w", output.Quoted(f.Name), owner, whoMay, err)
}
