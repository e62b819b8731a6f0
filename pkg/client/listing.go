package client

import (
	"context"
	"errors"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// listing is a list that goes from page to page.
type listing struct {
	s      *FlowsService
	opts   ListOptions
	page   *listPage       // that is read
	ahead  *listPage       // the one after it, if it was asked for early
	cursor string          // of page
	before int             // flows given before page
	given  int             // flows given
	seen   map[string]bool // ids of those of them that are in page, if that was asked for early; of all with [AccessAny] on the real backend
}

// ask asks for the page that is to be read now.
func (l *listing) ask(ctx context.Context) {
	l.page = l.s.ask(ctx, l.opts.call(l.before, l.cursor))
}

// read returns the flows of the page and reports whether there is another one to read.
func (l *listing) read(ctx context.Context, yield func(flow.Flow, error) bool) (more bool) {
	k, a, err := l.page.wait()
	if err != nil {
		yield(flow.Flow{}, l.s.explainList(ctx, err))
		return false
	}
	ours, next := isOurAnswer(a.header), nextCursor(a.header)
	if l.opts.AllUsers && l.opts.Access == "" && !ours {
		// This list has the caller's own flows only, the other one more.
		l.page.drop()
		l.opts.Access = AccessRead
		l.ask(ctx)
		return true
	}
	began, rows := time.Now(), l.opts.rows(l.before)
	half, whole := l.before+rows/2, l.before+rows
	goesOn := ours && next != "" && next != l.cursor && (l.opts.Limit <= 0 || whole < l.opts.Limit)
	for raw, err := range elements(a.stream) {
		if err != nil {
			if l.again(ctx, err) {
				return true
			}
			yield(flow.Flow{}, l.s.c.broken(k, a, err))
			return false
		}
		f, err := l.opts.row(raw, ours)
		if err != nil {
			yield(flow.Flow{}, l.s.c.unusable(k, &answer{header: a.header, body: raw}, "a flow", err))
			return false
		}
		if !ours && !l.opts.matches(f) || l.seen[f.ID] {
			continue
		}
		if l.page.early || !ours && l.opts.Access == AccessAny {
			l.seen[f.ID] = true
		}
		if !yield(f, nil) {
			return false
		}
		// Our server's page ends here by itself; read to its end, it leaves a
		// connection that can be used again. One that was asked for again may have
		// more, in the place of what has gone meanwhile.
		if l.given++; l.given == l.opts.Limit && (!ours || !l.page.early && len(l.seen) > 0) {
			return false
		}
		if goesOn && l.given == half && time.Since(began) < aheadTime {
			l.ahead = l.s.ask(ctx, l.opts.call(whole, next))
			l.ahead.early = true
		}
	}
	if !ours && l.opts.Access == AccessAny && !l.opts.second {
		l.opts.second = true
		l.ask(ctx)
		return true
	}
	if !ours || next == "" || l.given == l.opts.Limit {
		return false
	}
	if next == l.cursor {
		yield(flow.Flow{}, l.s.c.unusable(k, &answer{header: a.header, body: []byte(next)}, "another page", nil))
		return false
	}
	l.turn(ctx, next)
	return true
}

// turn goes to the next page.
func (l *listing) turn(ctx context.Context, cursor string) {
	l.cursor, l.before, l.seen = cursor, l.given, map[string]bool{}
	if l.page, l.ahead = l.ahead, nil; l.page == nil {
		l.ask(ctx)
	}
}

// again asks once more for a page that was asked for early and broke off: it waited
// for a caller who took their time with the one before, and servers do not wait for
// ever. What was given of it, out of what had arrived by then, is not given again.
func (l *listing) again(ctx context.Context, err error) bool {
	if !l.page.early || ctx.Err() != nil || errors.As(err, new(*notList)) {
		return false
	}
	l.page.drop()
	l.ahead.drop()
	l.ahead = nil
	l.ask(ctx)
	return true
}
