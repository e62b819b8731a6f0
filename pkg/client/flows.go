package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// FlowsService works on flows.
type FlowsService struct{ c *conn }

// about makes k a call about a flow, or about something below it.
func (k *call) about(id, below string) *call {
	k.subject, k.path = id, flowsPath+url.PathEscape(id)+below
	return k.check(id, "create", "import", "accessible")
}

// check marks a call whose path would be that of another route: nothing has such an id.
func (k *call) check(id string, routes ...string) *call {
	k.noSuch = k.noSuch || id == "" || id == "." || id == ".." || slices.Contains(routes, id)
	return k
}

// Get reads one flow.
func (s *FlowsService) Get(ctx context.Context, id string) (flow.Flow, error) {
	f, _, err := s.get(ctx, id)
	return f, err
}

// get also reports whether our own server answered.
func (s *FlowsService) get(ctx context.Context, id string) (f flow.Flow, ours bool, err error) {
	f, h, err := s.c.flow(ctx, (&call{verb: "get flow", method: http.MethodGet}).about(id, ""))
	return f, isOurAnswer(h), err
}

// Update changes the fields of a flow that the patch has and returns the flow as it
// is now. On the real backend meta cannot be set, and an update is sent again
// after a lost answer like any idempotent call: it sets the same content.
func (s *FlowsService) Update(ctx context.Context, id string, p Patch, opts ...UpdateOption) (flow.Flow, error) {
	w := write{}
	for _, opt := range opts {
		opt.update(&w)
	}
	k := (&call{verb: "update flow", method: http.MethodPost, repeatable: true, brief: w.brief}).about(id, "")
	if p.NoDescription && p.Description == nil && !s.c.isOurs(ctx) {
		p.Description = new(string) // to the real backend null says nothing
	}
	k.body = p.appendJSON(nil)
	if err := s.guard(ctx, k); err != nil {
		return flow.Flow{}, err
	}
	if err := s.unchanged(ctx, k, id, w.unchanged); err != nil {
		return flow.Flow{}, err
	}
	if string(p.AccessControl) == "null" && !s.c.isOurs(ctx) {
		if now, err := s.Get(ctx, id); err == nil && string(now.AccessControl) != "null" {
			return flow.Flow{}, s.c.refuse(k, ErrInvalid, "this server cannot make a private flow public again; nothing was changed", "create it anew with access_control null instead (flowctl export, then flowctl create --access public -f FILE)")
		}
	}
	f, h, err := s.c.flow(ctx, k)
	if k.lost && k.ifMatch != "" && errors.Is(err, ErrConflict) { // by the try that was lost, perhaps
		if now, getErr := s.Get(ctx, id); getErr == nil && isDone(now.Spec, k.body) {
			return now, nil
		}
	}
	if err == nil && string(p.AccessControl) == "null" && !isOurAnswer(h) && string(f.AccessControl) != "null" {
		err = s.c.refuse(k, ErrInvalid, "this server cannot make a private flow public again; everything else is updated", "create it anew with access_control null instead")
	}
	return f, err
}

// Delete removes a flow. Once it is gone a further call returns [ErrNotFound].
func (s *FlowsService) Delete(ctx context.Context, id string, opts ...DeleteOption) error {
	w := write{}
	for _, opt := range opts {
		opt.delete(&w)
	}
	k := (&call{verb: "delete flow", method: http.MethodDelete}).about(id, "")
	if err := s.unchanged(ctx, k, id, w.unchanged); err != nil {
		return err
	}
	return s.c.gone(ctx, k)
}
