package client

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Revision identifies a state of a flow: our server's ETag; on the real backend,
// which has none, [ContentRevision].
type Revision string

// contentPrefix marks revisions made of content; ETags begin with a quote.
const contentPrefix = "content:"

// ContentRevision is a revision made of a flow's content, whatever the order of
// its top-level keys, for flows that came from a list with Graph. It can be given
// to [IfUnchanged] on every server. Owner and times are not part of it.
func ContentRevision(f flow.Flow) Revision {
	text := f.Spec.AppendJSON(nil)
	if doc, err := flow.ParseObject(text); err == nil {
		slices.SortFunc(doc, func(a, b flow.Member) int { return cmp.Compare(a.Key, b.Key) })
		text = doc.AppendJSON(nil)
	}
	sum := sha256.Sum256(text)
	return Revision(contentPrefix + hex.EncodeToString(sum[:]))
}

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
	unchanged Revision
	absent    bool
	brief     bool
}

// IfUnchanged lets the write happen only if the flow is still what it was at rev;
// otherwise it fails with [ErrConflict]. Our server does that in one step; on the
// real backend the client reads and compares first, which leaves a short gap.
func IfUnchanged(rev Revision) Unchanged { return Unchanged{rev} }

// Unchanged is the option that [IfUnchanged] returns.
type Unchanged struct{ rev Revision }

func (u Unchanged) update(w *write) { w.unchanged = u.rev }
func (u Unchanged) put(w *write)    { w.unchanged = u.rev }
func (u Unchanged) delete(w *write) { w.unchanged = u.rev }

// IfAbsent lets a [FlowsService.Put] happen only if there is no such flow;
// otherwise it fails with [ErrConflict].
func IfAbsent() PutOption { return absent{} }

type absent struct{}

func (absent) put(w *write) { w.absent = true }

// unchanged sees to it that k happens only on that revision, if there is one.
func (s *FlowsService) unchanged(ctx context.Context, k *call, id string, rev Revision) error {
	if rev == "" {
		return nil
	}
	if !strings.HasPrefix(string(rev), contentPrefix) {
		k.ifMatch = string(rev)
		if s.c.isOurs(ctx) {
			return nil
		}
		// This server would not look at If-Match.
	}
	f, now, ours, err := s.get(ctx, id)
	if err != nil {
		return fmt.Errorf("%s: look whether it has changed: %w", k.doing(), err)
	}
	if now != rev && ContentRevision(f) != rev {
		return s.c.failure(k, http.StatusPreconditionFailed, "")
	}
	if k.ifMatch = ""; ours {
		k.ifMatch = string(now) // from here on the server sees to it
	}
	return nil
}
