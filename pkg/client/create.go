package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Create stores a new flow, private (access_control {}) unless the spec says otherwise,
// and returns it as the server has it: Open WebUI drops meta and unknown fields. Fields
// that only a stored flow has, such as id, are not sent.
//
// Each flow is created once. flowctl's server takes an id that this client chooses. When
// Open WebUI's answer is lost or a 500, the flow may be stored all the same: Create looks
// for a flow of the same name and content, created since, before it sends it again.
func (s *FlowsService) Create(ctx context.Context, spec flow.Spec) (flow.Flow, error) {
	authored(&spec)
	if spec.AccessControl == nil {
		spec.AccessControl = flow.Private()
	}
	k := &call{verb: "create flow", subject: spec.Name, method: http.MethodPost, path: flowsPath + "create"}
	can, err := s.c.capabilitiesFor(ctx, k)
	switch {
	case err != nil:
		return flow.Flow{}, err
	case can.ChosenIDs:
		return s.put(ctx, uuid.NewString(), spec, write{absent: true})
	}
	k.body = withLists(spec)
	if err := s.guard(ctx, k); err != nil {
		return flow.Flow{}, err
	}
	since, name := time.Now(), spec.Name // of spec no more: a large one need not stay in memory next to the body
	for try := 1; ; try++ {
		f, err := s.c.flow(ctx, k)
		var failed *Error
		if !errors.As(err, &failed) || !failed.unsure || failed.wait > s.c.retry.MaxWait || ctx.Err() != nil {
			return f, err
		}
		f, found, looked := s.look(ctx, name, k.body, since)
		switch {
		case looked != nil:
			failed.hint = fmt.Sprintf("it may have been stored all the same, and looking for it failed too (%v): do not send it again before you have looked", looked)
			return flow.Flow{}, err
		case found:
			return f, nil
		case isSlow(failed):
			failed.hint = "it is not stored now, but the server may still be at it: look again before you try again"
			return flow.Flow{}, err
		case try > s.c.retry.Max:
			failed.hint = fmt.Sprintf("it is not stored, after %d tries: try again later", try)
			return flow.Flow{}, err
		}
		if sleep(ctx, s.c.retry.backoff(try)) != nil {
			return flow.Flow{}, err
		}
		k.lost = false // it is known now what became of that try
	}
}

// isSlow reports whether the server may still be working after a failure.
func isSlow(e *Error) bool {
	return errors.As(e.err, new(httpx.Silence)) || e.StatusCode == http.StatusGatewayTimeout
}

// look searches Open WebUI for the flow of a create's body that was made since then.
func (s *FlowsService) look(ctx context.Context, name string, body []byte, since time.Time) (flow.Flow, bool, error) {
	for f, err := range s.All(ctx, ListOptions{Access: AccessRead, Graph: true, Name: name}) {
		if err != nil {
			return flow.Flow{}, false, err
		}
		// Both clocks tell whole seconds.
		if f.CreatedAt >= since.Unix()+s.c.skew.Load()-2 && isDone(f.Spec, body, false) {
			return f, true, nil
		}
	}
	return flow.Flow{}, false, nil
}
