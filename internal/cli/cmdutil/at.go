package cmdutil

import (
	"context"
	"strconv"

	"github.com/flowctl/flowctl/internal/history"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// VersionHelp explains NAME@VERSION in the help of the commands that take it.
const VersionHelp = `NAME@VERSION is what it was: NAME@7, NAME@-1, NAME@2026-11-01 ('flowctl help
versions').`

// FindVersions connects and finds the flows that refs mean, each NAME or NAME@VERSION. The
// same version of the same flow is in the list once.
func (a *App) FindVersions(ctx context.Context, refs ...string) ([]VersionRef, error) {
	c, err := a.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return resolveVersions(ctx, c, refs)
}

// History returns where the versions of a flow are, see [history.Server.Flow].
func (a *App) History(ctx context.Context, r VersionRef) (*history.Flow, error) {
	c, err := a.Connect(ctx)
	if err != nil {
		return nil, err
	}
	t := a.Connected
	return history.Server{Client: c, Profile: t.Profile, Key: t.Key(), Warn: a.Warn}.Flow(ctx, r.ID, r.Name)
}

// GetVersion reads a flow as it was in the version that r names, which it returns, too; nil
// for the flow as it is. Who may see the flow is as it is now.
func (a *App) GetVersion(ctx context.Context, r VersionRef) (flow.Flow, *client.Version, error) {
	c, err := a.Connect(ctx)
	if err != nil {
		return flow.Flow{}, nil, err
	}
	f, err := c.Flows.Get(ctx, r.ID)
	if err != nil || r.Version == "" {
		return f, nil, err
	}
	h, err := a.History(ctx, r)
	if err != nil {
		return f, nil, err
	}
	v, err := h.Version(ctx, r.Version)
	if err != nil {
		return f, nil, err
	}
	access := f.AccessControl
	f.Spec, f.UpdatedAt = *v.Flow, v.CreatedAt
	f.AccessControl = access
	return f, &v, nil
}

// At returns the number of a version as a text, else the words that named it.
func (r VersionRef) At(v *client.Version) string {
	if v.Number > 0 {
		return strconv.FormatInt(v.Number, 10)
	}
	return r.Version
}
