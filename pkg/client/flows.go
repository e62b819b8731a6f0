package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/flowctl/flowctl/pkg/flow"
)

// FlowsService lists, reads, writes and runs the flows of a server. It is the field Flows
// of a [Client].
type FlowsService struct{ c *conn }

// about makes k a call about a flow, or about something below it.
func (k *call) about(id, below string) *call {
	k.subject, k.path = id, flowsPath+url.PathEscape(id)+below
	return k.check(id, "create", "import", "accessible", "deleted")
}

// check marks a call whose path would be that of another route: nothing has such an id.
func (k *call) check(id string, routes ...string) *call {
	k.noSuch = k.noSuch || id == "" || id == "." || id == ".." || slices.Contains(routes, id)
	return k
}

// Get reads one flow, nodes and edges included.
func (s *FlowsService) Get(ctx context.Context, id string) (flow.Flow, error) {
	return s.c.flow(ctx, (&call{verb: "get flow", method: http.MethodGet}).about(id, ""))
}

// Update changes those fields of a flow that the patch has, and returns the flow as it
// is now. Open WebUI ignores meta, and refuses to make a private flow public again
// ([ErrInvalid]). Use it with [Replace] to write a flow that was read and changed, and
// with [IfUnchanged] wherever somebody else may write too.
func (s *FlowsService) Update(ctx context.Context, id string, p Patch, opts ...UpdateOption) (flow.Flow, error) {
	w := write{}
	for _, opt := range opts {
		opt.update(&w)
	}
	k := (&call{verb: "update flow", method: http.MethodPost, repeatable: true}).about(id, "")
	if p.NoDescription && p.Description == nil && !s.c.isOurs(ctx) {
		p.Description = new(string) // Open WebUI ignores null
	}
	k.body = p.appendJSON(nil)
	k.say(w.message)
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
	f, err := s.c.flow(ctx, k)
	if k.lost && k.ifMatch != "" && errors.Is(err, ErrConflict) { // by the try that was lost, perhaps
		if now, getErr := s.Get(ctx, id); getErr == nil && isDone(now.Spec, k.body, true) {
			return now, nil
		}
	}
	return f, err
}

// Delete removes a flow. If there is none with that id, the error is [ErrNotFound]. flowctl's
// server keeps it for a time, so that [FlowsService.Restore] can take the deletion back.
func (s *FlowsService) Delete(ctx context.Context, id string, opts ...DeleteOption) error {
	w := write{}
	for _, opt := range opts {
		opt.delete(&w)
	}
	k := (&call{verb: "delete flow", method: http.MethodDelete}).about(id, "")
	if w.purge {
		k.query = url.Values{"purge": {"true"}}
	}
	if err := s.unchanged(ctx, k, id, w.unchanged); err != nil {
		return err
	}
	return s.c.gone(ctx, k)
}
