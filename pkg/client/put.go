package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Put stores a flow under an id that the caller chooses: it creates it, private unless
// the spec says otherwise, or replaces it, and then keeps the access control if the spec
// has none. Use it to copy flows from one server to another under their ids. The id has
// 1 to 128 letters, digits, dots, dashes and underscores, the first a letter or digit.
// Only flowctl's server can do that; of others the error is [ErrUnsupported], and nothing
// is sent.
//
// A Put whose answer was lost is sent again. If the first one turns out to be done, that
// is a success, also with [IfAbsent] and [IfUnchanged].
func (s *FlowsService) Put(ctx context.Context, id string, spec flow.Spec, opts ...PutOption) (flow.Flow, error) {
	w := write{}
	for _, opt := range opts {
		opt.put(&w)
	}
	return s.put(ctx, id, spec, w)
}

func (s *FlowsService) put(ctx context.Context, id string, spec flow.Spec, w write) (flow.Flow, error) {
	authored(&spec)
	k := (&call{verb: "put flow", method: http.MethodPut, body: withLists(spec), minimal: w.minimal}).about(id, "")
	k.say(w.message)
	can, err := s.c.capabilitiesFor(ctx, k)
	switch {
	case err != nil:
		return flow.Flow{}, err
	case !can.ChosenIDs:
		return flow.Flow{}, s.c.refuse(k, ErrUnsupported, "this server chooses the ids of its flows", "create the flow instead")
	}
	if w.absent {
		k.ifNoneMatch, k.verb, k.subject = "*", "create flow", spec.Name
	} else if err := s.unchanged(ctx, k, id, w.unchanged); err != nil {
		return flow.Flow{}, err
	}
	f, err := s.c.flow(ctx, k)
	if k.lost && errors.Is(err, ErrConflict) {
		// Not spec: a large one need not stay in memory next to the body.
		if now, getErr := s.Get(ctx, id); getErr == nil && isDone(now.Spec, k.body, true) {
			return now, nil
		}
	}
	return f, err
}
