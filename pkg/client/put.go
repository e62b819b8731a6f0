package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Put makes the flow with an id of the caller's choice what spec says: it is
// created, private unless the spec says otherwise, or replaced, and then keeps its
// access control where the spec has none. The id has 1 to 128 letters, digits,
// dots, dashes and underscores, the first a letter or digit. Only our own server
// can do that; elsewhere the error is [ErrUnsupported], and nothing is sent.
//
// A Put whose answer was lost is sent again. Where that finds what the lost one
// did, it has succeeded, whatever [IfAbsent] and [IfUnchanged] say.
func (s *FlowsService) Put(ctx context.Context, id string, spec flow.Spec, opts ...PutOption) (flow.Flow, error) {
	w := write{}
	for _, opt := range opts {
		opt.put(&w)
	}
	return s.put(ctx, id, spec, w)
}

func (s *FlowsService) put(ctx context.Context, id string, spec flow.Spec, w write) (flow.Flow, error) {
	authored(&spec)
	k := (&call{verb: "put flow", method: http.MethodPut, body: withLists(spec), brief: w.brief}).about(id, "")
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
	f, _, err := s.c.flow(ctx, k)
	if k.lost && errors.Is(err, ErrConflict) {
		// Not spec: a large one need not stay in memory next to the body.
		want, _ := flow.ParseSpec(k.body)
		if now, getErr := s.Get(ctx, id); getErr == nil && sameContent(now.Spec, want) {
			return now, nil
		}
	}
	return f, err
}
