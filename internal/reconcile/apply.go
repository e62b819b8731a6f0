package reconcile

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Result is what became of a step.
type Result struct {
	*Step
	ID      string   // of the flow on the server, "" if there is none
	Begun   bool     // something was sent
	Done    bool     // the server's flow is as the plan says
	Changed []string // what the server has otherwise than it was sent, beside Step.Dropped: "node a /data/n"
	Err     error
}

// ApplyOptions says how a plan is carried out.
type ApplyOptions struct {
	Parallel  int           // writes at a time
	KeepGoing bool          // go on with the others when one has failed
	Step      func(*Result) // called after each write, by several goroutines; nil for none
}

// Apply carries out a plan: what is to be made and changed, many at a time, then,
// if all that went well, what is to be deleted. After the end of begin no further
// write is begun; those under way have until finish ends. A flow that has changed
// since the plan was made is not written over: that is [client.ErrConflict].
//
// What was written is read back, in one list, and compared with what was sent; what
// differs is in Result.Changed. A new flow that somebody else made at the same time,
// too, is a *[TwinError] of its result. A write whose answer was lost is looked for
// in that list, too, and not sent again.
//
// The results are those of all steps in their order. The error is that of looking
// afterwards: what was written may then still be as it should.
func Apply(begin, finish context.Context, c *client.Client, p *Plan, opts ApplyOptions) ([]Result, error) {
	a := applier{c: c, opts: opts, results: make([]Result, len(p.Steps))}
	var writes, deletions []*Result
	for i := range p.Steps {
		r := &a.results[i]
		r.Step = &p.Steps[i]
		r.ID = r.Step.ID
		switch r.Action {
		case Create:
			r.ID = ""
			writes = append(writes, r)
		case Update:
			writes = append(writes, r)
		case Delete:
			deletions = append(deletions, r)
		default:
			r.Done = true
		}
	}
	if len(writes)+len(deletions) == 0 {
		return a.results, nil
	}
	info, err := c.Server.Info(begin)
	if err != nil {
		return a.results, err
	}
	a.ours = info.Flowctl
	ok := a.run(begin, finish, writes)
	looked := a.verify(finish, writes)
	if ok && looked == nil {
		a.run(begin, finish, deletions)
	}
	return a.results, looked
}

type applier struct {
	traits
	c       *client.Client
	opts    ApplyOptions
	results []Result
}

// run writes results' flows and tells whether the next ones may follow.
func (a *applier) run(begin, finish context.Context, todo []*Result) bool {
	begin, stop := context.WithCancel(begin)
	defer stop()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(todo), a.opts.Parallel) {
		wg.Go(func() {
			for begin.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(todo) {
					return
				}
				r := todo[i]
				r.Begun = true
				if a.write(finish, r); r.Err != nil && !a.opts.KeepGoing {
					stop()
				}
				if a.opts.Step != nil {
					a.opts.Step(r)
				}
			}
		})
	}
	wg.Wait()
	for _, r := range todo {
		if r.Err != nil && !a.opts.KeepGoing {
			return false
		}
	}
	return begin.Err() == nil
}

// write carries out one step.
func (a *applier) write(ctx context.Context, r *Result) {
	var f flow.Flow
	was, brief := client.IfUnchanged(r.Revision), client.WithoutGraph()
	if r.Action == Delete {
		if r.Err = a.c.Flows.Delete(ctx, r.ID, was); isGone(r.Err) {
			r.Err = nil
		}
		r.Done = r.Err == nil
		return
	}
	switch {
	case r.Action == Create && a.ours:
		// A new id is as good as an Idempotency-Key, and nobody has to remember it.
		id := cmp.Or(r.Step.ID, uuid.NewString())
		f, r.Err = a.c.Flows.Put(ctx, id, *r.Spec, client.IfAbsent(), brief)
	case r.Action == Create:
		f, r.Err = a.c.Flows.Create(ctx, *r.Spec, brief)
	case a.ours:
		f, r.Err = a.c.Flows.Put(ctx, r.ID, *r.Spec, was, brief)
	default:
		f, r.Err = a.c.Flows.Update(ctx, r.ID, client.Replace(*r.Spec), was, brief)
	}
	if r.Err == nil {
		r.ID, r.Done = f.ID, true
	}
}

// accept takes f as what the server has of a flow that was written.
func (a *applier) accept(r *Result, f flow.Flow) {
	r.ID, r.Done, r.Err = f.ID, true, nil
	if spellTheSame(f.Spec, *r.Spec) {
		return
	}
	for _, c := range a.differences(f.Spec, *r.Spec) {
		r.Changed = append(r.Changed, Place(c))
	}
}

// verify looks at what the server has of the flows that were written.
func (a *applier) verify(ctx context.Context, writes []*Result) error {
	written, lost, made := map[string]*Result{}, map[string][]*Result{}, map[string][]*Result{}
	for _, r := range writes {
		if r.Begun && r.Action == Create {
			made[r.Name] = append(made[r.Name], r)
		}
		switch {
		case r.Done:
			written[r.ID] = r
		case r.Begun && isUnsure(r.Err):
			lost[r.Name] = append(lost[r.Name], r)
		}
	}
	if len(written)+len(lost) == 0 {
		return nil
	}
	known := map[string]bool{}
	for i := range a.results {
		known[a.results[i].ID] = true
	}
	var twins []Candidate
	var comparing errgroup.Group // while the list comes in
	comparing.SetLimit(runtime.GOMAXPROCS(0))
	defer func() { _ = comparing.Wait() }()
	for f, err := range a.c.Flows.All(ctx, client.ListOptions{Graph: true}) {
		if err != nil {
			return err
		}
		if r := written[f.ID]; r != nil {
			delete(written, f.ID)
			comparing.Go(func() error {
				a.accept(r, f)
				return nil
			})
			continue
		}
		if r := a.found(f, lost[f.Name], known); r != nil {
			a.accept(r, f)
		} else if made[f.Name] != nil && !known[f.ID] {
			twins = append(twins, Candidate{f.ID, f.Name})
		}
	}
	_ = comparing.Wait() // there are no errors
	for _, twin := range twins {
		for _, r := range made[twin.Name] {
			if r.Done {
				r.Err = &TwinError{ID: r.ID, Twin: twin}
			}
		}
	}
	for id, r := range written {
		f, _, err := a.c.Flows.Get(ctx, id) // another's, which the list of one's own does not have
		if err != nil {
			r.Done, r.Err = false, err
			continue
		}
		a.accept(r, f)
	}
	return nil
}

// found gives that of the writes whose answer was lost which made f what it is.
func (a *applier) found(f flow.Flow, lost []*Result, known map[string]bool) *Result {
	for _, r := range lost {
		mine := r.ID == f.ID || r.Action == Create && (r.Step.ID == f.ID || r.Step.ID == "" && !known[f.ID])
		if !r.Done && mine && len(a.differences(f.Spec, *r.Spec)) == 0 {
			return r
		}
	}
	return nil
}

// isUnsure tells failures after which the write may have been done all the same.
func isUnsure(err error) bool {
	var failed *client.Error
	return errors.As(err, &failed) && (failed.StatusCode < 400 || failed.StatusCode >= 500)
}

func isGone(err error) bool { return errors.Is(err, client.ErrNotFound) }

// Record notes in the lock which flow each file is now, and forgets those that were
// deleted.
func Record(lock *Lock, place string, results []Result) {
	var known []Known
	for i := range results {
		r := &results[i]
		switch {
		case r.Action == Delete && r.Done:
			known = append(known, Known{File: r.File})
		case r.Action != Delete && r.Done:
			known = append(known, Known{File: r.File, FileID: r.FileID, ID: r.ID})
		}
	}
	lock.Note(place, known)
}
