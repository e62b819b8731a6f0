package sync

import (
	"context"
	"errors"
	"time"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Over is what is to be written for a file over a stored flow.
type Over struct {
	Spec   flow.Spec
	Was    string // that the stored flow must have still, "" for any
	Layout string // the part of the file's digest that the lock is to have
}

// NewOver returns what is to be written for a file over the stored flow with an id: the
// file's flow, with the layout of the stored one for the nodes that the file says nothing
// of the layout of. base is what the lock has noted of the stored flow, none if it does
// not matter what that is by now. If it has changed since, the error is a
// *[RefusedError]; nodes that were moved on the server stay there. Some may write what
// they may not read; then the file's flow is returned as it is.
func NewOver(ctx context.Context, c *client.Client, id string, file flow.Spec, base []digest.Digest, lossless bool) (Over, error) {
	t := traits{lossless: lossless}
	stored, err := c.Flows.Get(ctx, id)
	switch {
	case errors.Is(err, client.ErrForbidden):
		return Over{Spec: file, Layout: digest.Of(file).Layout}, nil
	case err != nil:
		return Over{}, err
	}
	o := Over{Layout: layoutOf(file, stored.Spec)}
	if base != nil {
		o.Was = stored.Revision()
		v := t.verdict(file, stored.Spec, digest.Of(stored.Spec), base)
		if v.ChangedThere() {
			return o, &RefusedError{Why: changedThere + " (" + changedBy(ctx, c, stored) + "), it differs in " + subjects(t.differences(stored.Spec, file))}
		}
		if v.Layout != Same && !v.sendsLayout(false) {
			file = withLayoutOf(file, stored.Spec)
		}
	}
	o.Spec = layout.Adopt(file, stored.Spec)
	return o, nil
}

// changedBy returns when a flow was saved last and whose it is: servers do not say who did.
func changedBy(ctx context.Context, c *client.Client, f flow.Flow) string {
	text := time.Unix(f.UpdatedAt, 0).UTC().Format(time.RFC3339)
	if o, err := lookup.NewOwners(c).Of(ctx, f); err == nil && o.Name != "" {
		text += ", owner " + o.Name
	}
	return text
}
