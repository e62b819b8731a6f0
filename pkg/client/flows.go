package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// FlowsService works on flows.
type FlowsService struct{ c *conn }

// flowPath makes k a call about a flow, or about something below it.
func flowPath(k *call, id, below string) error {
	k.subject, k.path = id, flowsPath+url.PathEscape(id)+below
	return checkID(k, id, "create", "import", "accessible")
}

// checkID refuses ids that would make a path another route's: nothing has them.
func checkID(k *call, id string, routes ...string) error {
	if id == "" || id == "." || id == ".." || slices.Contains(routes, id) {
		return fmt.Errorf("%s: %w: nothing has the id %q; give one that a list shows", k.verb, ErrNotFound, id)
	}
	return nil
}

// Get reads one flow and its revision.
func (s *FlowsService) Get(ctx context.Context, id string) (flow.Flow, Revision, error) {
	f, rev, _, err := s.get(ctx, id)
	return f, rev, err
}

// get tells also whether our own server answered.
func (s *FlowsService) get(ctx context.Context, id string) (flow.Flow, Revision, bool, error) {
	k := &call{verb: "get flow", method: http.MethodGet}
	if err := flowPath(k, id, ""); err != nil {
		return flow.Flow{}, "", false, err
	}
	f, h, err := s.c.flow(ctx, k)
	if err != nil {
		return flow.Flow{}, "", false, err
	}
	// A proxy that compresses marks the tag as weak, but what it stands for is the
	// same.
	if tag := strings.TrimPrefix(h.Get("ETag"), "W/"); isOurs(h) && tag != "" {
		return f, Revision(tag), true, nil
	}
	return f, ContentRevision(f), isOurs(h), nil
}

// Update changes the fields of a flow that the patch has and gives the flow as it
// is now. On the real backend meta cannot be set, and an update is sent again
// after a lost answer like any idempotent call: it sets the same content.
func (s *FlowsService) Update(ctx context.Context, id string, p Patch, opts ...WriteOption) (flow.Flow, error) {
	k := &call{verb: "update flow", method: http.MethodPost, repeatable: true, brief: newWrite(opts).brief}
	if err := flowPath(k, id, ""); err != nil {
		return flow.Flow{}, err
	}
	if p.NoDescription && p.Description == nil && !s.c.isOurs(ctx) {
		p.Description = new(string) // to the real backend null says nothing
	}
	k.body = p.appendJSON(nil)
	if err := s.guard(ctx, k); err != nil {
		return flow.Flow{}, err
	}
	if err := s.unchanged(ctx, k, id, opts); err != nil {
		return flow.Flow{}, err
	}
	if string(p.AccessControl) == "null" && !s.c.isOurs(ctx) {
		if now, _, err := s.Get(ctx, id); err == nil && string(now.AccessControl) != "null" {
			return flow.Flow{}, fmt.Errorf("%s: %w: this server cannot make a private flow public again; nothing was changed; create it anew with access_control null instead (flowctl export, then flowctl create --access public -f FILE)", k.doing(), ErrInvalid)
		}
	}
	f, h, err := s.c.flow(ctx, k)
	if err == nil && string(p.AccessControl) == "null" && !isOurs(h) && string(f.AccessControl) != "null" {
		err = fmt.Errorf("%s: %w: this server cannot make a private flow public again; everything else is updated; create it anew with access_control null instead", k.doing(), ErrInvalid)
	}
	return f, err
}

// Delete removes a flow. Once it is gone a further call gives [ErrNotFound].
func (s *FlowsService) Delete(ctx context.Context, id string, opts ...WriteOption) error {
	k := &call{verb: "delete flow", method: http.MethodDelete}
	if err := flowPath(k, id, ""); err != nil {
		return err
	}
	if err := s.unchanged(ctx, k, id, opts); err != nil {
		return err
	}
	return s.c.gone(ctx, k)
}
