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

// Over is the flow that an update writes over a stored one.
type Over struct {
	Spec   flow.Spec
	Was    string // that the stored flow must have still, "" for any
	Layout string // the part of the file's digest that the lock is to have
}

// NewOver returns what an update from a file writes over the stored flow with an id: the
// file's flow, with the stored layout for nodes that have none in the file and for nodes
// that were moved on the server. base are the digests of the stored flow in the lock; if it
// has changed since, the error is a *[RefusedError]. Without base it is not checked. If the
// caller may write the flow but not read it, NewOver returns the file's flow as it is.
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

// changedBy returns when a flow was last saved and who owns it; servers do not report who
// saved it.
func changedBy(ctx context.Context, c *client.Client, f flow.Flow) string {
	text := time.Unix(f.UpdatedAt, 0).UTC().Format(time.RFC3339)
	if o, err := lookup.NewOwners(c).Of(ctx, f); err == nil && o.Name != "" {
		text += ", owner " + o.Name
	}
	return text
}
