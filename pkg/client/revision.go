package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// The options of the calls that write. What an option means to no call of a kind is
// not an option of that kind, so that the compiler refuses it there.
type (
	// CreateOption changes how [FlowsService.Create] works.
	CreateOption interface{ create(*write) }
	// UpdateOption changes how [FlowsService.Update] works.
	UpdateOption interface{ update(*write) }
	// PutOption changes how [FlowsService.Put] works.
	PutOption interface{ put(*write) }
	// DeleteOption changes how [FlowsService.Delete] works.
	DeleteOption interface{ delete(*write) }
)

// write is what the options of one call amount to.
type write struct {
	unchanged string
	absent    bool
	brief     bool
}

// IfUnchanged lets the write happen only if the flow still is at revision rev, which
// [flow.Flow.Revision] returned when it was read;
// otherwise it fails with [ErrConflict]. Our server does that in one step; on the
// real backend the client reads and compares first, which leaves a short gap.
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

// IfAbsent lets a [FlowsService.Put] happen only if there is no such flow;
// otherwise it fails with [ErrConflict].
func IfAbsent() PutOption { return absent{} }

type absent struct{}

func (absent) put(w *write) { w.absent = true }

// unchanged sees to it that k happens only on that revision, if there is one.
func (s *FlowsService) unchanged(ctx context.Context, k *call, id, rev string) error {
	if rev == "" {
		return nil
	}
	if isTag := strings.HasPrefix(rev, `"`); isTag {
		k.ifMatch = rev
		if s.c.isOurs(ctx) {
			return nil
		}
		// This server would not look at If-Match.
	}
	f, ours, err := s.get(ctx, id)
	if err != nil {
		return fmt.Errorf("%s: look whether it has changed: %w", k.doing(), err)
	}
	now := f.ETag
	if f.ETag = ""; now != rev && f.Revision() != rev {
		return s.c.failure(k, http.StatusPreconditionFailed, "")
	}
	if k.ifMatch = ""; ours {
		k.ifMatch = now // from here on the server sees to it
	}
	return nil
}
