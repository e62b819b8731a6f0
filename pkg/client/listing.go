package client

import (
	"context"

	"github.com/flowctl/flowctl/pkg/flow"
)

// listing is a list that is read page by page.
type listing struct {
	s      *FlowsService
	opts   ListOptions
	cursor string          // of the page to be read
	given  int             // flows yielded
	seen   map[string]bool // ids of those, with [AccessAny] on Open WebUI
}

// page reads a page and reports whether there is another one to read.
func (l *listing) page(ctx context.Context, yield func(flow.Flow, error) bool) (more bool) {
	k := l.opts.call(l.given, l.cursor)
	if l.opts.Deleted {
		if err := l.s.c.needVersions(ctx, k, "what was deleted here is gone"); err != nil {
			yield(flow.Flow{}, err)
			return false
		}
	}
	a, err := l.s.c.do(ctx, k)
	if err != nil {
		yield(flow.Flow{}, l.s.explainList(ctx, err))
		return false
	}
	ours := isOurAnswer(a.header)
	if l.opts.AllUsers && l.opts.Access == "" && !ours {
		// This list has the caller's own flows only, the other one more.
		_ = a.stream.Close()
		l.opts.Access = AccessRead
		return true
	}
	for raw, err := range elements(a.stream) {
		if err != nil {
			yield(flow.Flow{}, l.s.c.broken(k, a, err))
			return false
		}
		f, err := l.opts.row(raw, ours)
		if err != nil {
			yield(flow.Flow{}, l.s.c.unusable(k, &answer{header: a.header, body: raw}, "a flow", err))
			return false
		}
		if !ours && (!l.opts.matches(f) || l.seen[f.ID]) {
			continue
		}
		if !ours && l.opts.Access == AccessAny {
			l.seen[f.ID] = true
		}
		if !yield(f, nil) {
			return false
		}
		// Our server's page ends here by itself; read to its end, it leaves a
		// connection that can be used again.
		if l.given++; l.given == l.opts.Limit && !ours {
			return false
		}
	}
	if !ours { // which has no pages, and a list for each right
		more = l.opts.Access == AccessAny && !l.opts.second
		l.opts.second = true
		return more
	}
	next := nextCursor(a.header)
	if next == "" || l.given == l.opts.Limit {
		return false
	}
	if next == l.cursor {
		yield(flow.Flow{}, l.s.c.unusable(k, &answer{header: a.header, body: []byte(next)}, "another page", nil))
		return false
	}
	l.cursor = next
	return true
}
