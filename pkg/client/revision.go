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

// Revision tells states of a flow apart: our server's ETag; on the real backend,
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

// WriteOption changes how a flow is created, updated or deleted.
type WriteOption func(*write)

type write struct {
	unchanged Revision
	absent    bool
	brief     bool
}

func newWrite(opts []WriteOption) write {
	var w write
	for _, opt := range opts {
		opt(&w)
	}
	return w
}

// IfAbsent lets a [FlowsService.Put] happen only if there is no such flow;
// otherwise it fails with [ErrConflict]. Updates and deletions always do.
func IfAbsent() WriteOption {
	return func(w *write) { w.absent = true }
}

func isAbsent(opts []WriteOption) bool { return newWrite(opts).absent }

// IfUnchanged lets the write happen only if the flow is still what it was at rev;
// otherwise it fails with [ErrConflict]. Our server does that in one step; on the
// real backend the client reads and compares first, which leaves a short gap.
func IfUnchanged(rev Revision) WriteOption {
	return func(w *write) { w.unchanged = rev }
}

// unchanged sees to it that k happens only on the revision that opts ask for.
func (s *FlowsService) unchanged(ctx context.Context, k *call, id string, opts []WriteOption) error {
	w := newWrite(opts)
	switch {
	case w.absent:
		return s.c.failure(k, http.StatusPreconditionFailed, "")
	case w.unchanged == "":
		return nil
	}
	if !strings.HasPrefix(string(w.unchanged), contentPrefix) {
		k.ifMatch = string(w.unchanged)
		if s.c.isOurs(ctx) {
			return nil
		}
		// This server would not look at If-Match.
	}
	f, now, ours, err := s.get(ctx, id)
	if err != nil {
		return fmt.Errorf("%s: look whether it has changed: %w", k.doing(), err)
	}
	if now != w.unchanged && ContentRevision(f) != w.unchanged {
		return s.c.failure(k, http.StatusPreconditionFailed, "")
	}
	if k.ifMatch = ""; ours {
		k.ifMatch = string(now) // from here on the server sees to it
	}
	return nil
}
