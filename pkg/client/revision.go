package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// Each call that writes has a type of options of its own, so that the compiler refuses
// what means nothing to it.
type (
	// UpdateOption changes how [FlowsService.Update] works: [IfUnchanged],
	// [WithMessage].
	UpdateOption interface{ update(*write) }
	// PutOption changes how [FlowsService.Put] works: [IfUnchanged], [IfAbsent],
	// [WithoutGraph], [WithMessage].
	PutOption interface{ put(*write) }
	// DeleteOption changes how [FlowsService.Delete] works: [IfUnchanged], [Purge].
	DeleteOption interface{ delete(*write) }
)

// write is what the options of one call amount to.
type write struct {
	unchanged string
	message   string
	purge     bool
	absent    bool
	minimal   bool
}

// IfUnchanged lets a write happen only if the flow is still at revision rev, which
// [flow.Flow.Revision] returned when it was read; otherwise it fails with [ErrConflict].
// Use it in every program that reads a flow, changes it and writes it back. flowctl's
// server compares and writes in one step; for Open WebUI the client reads and compares
// first, which leaves a short gap.
func IfUnchanged(rev string) interface {
	UpdateOption
	PutOption
	DeleteOption
} {
	return unchanged{rev}
}

type unchanged struct{ rev string }

func (u unchanged) update(w *write) { w.unchanged = u.rev }
func (u unchanged) put(w *write)    { w.unchanged = u.rev }
func (u unchanged) delete(w *write) { w.unchanged = u.rev }

// IfAbsent lets a [FlowsService.Put] only create a flow; if there is one with that id, it
// fails with [ErrConflict].
func IfAbsent() PutOption { return absent{} }

type absent struct{}

func (absent) put(w *write) { w.absent = true }

// WithoutGraph leaves nodes and edges out of the flow that [FlowsService.Put] returns, for
// a program that writes many flows or large ones and needs only their ids.
func WithoutGraph() PutOption { return withoutGraph{} }

type withoutGraph struct{}

func (withoutGraph) put(w *write) { w.minimal = true }

// unchanged makes k happen only on that revision, "" for any.
func (s *FlowsService) unchanged(ctx context.Context, k *call, id, rev string) error {
	if rev == "" {
		return nil
	}
	if isTag := strings.HasPrefix(rev, `"`); isTag {
		k.ifMatch = rev
		if s.c.isOurs(ctx) {
			return nil
		}
		// Open WebUI would not look at If-Match.
	}
	f, err := s.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("%s: look whether it has changed: %w", k.doing(), err)
	}
	now := f.ETag
	if f.ETag = ""; now != rev && f.Revision() != rev {
		return s.c.failure(k, http.StatusPreconditionFailed, "")
	}
	k.ifMatch = now // from here on the server compares; "" if it does not
	return nil
}
