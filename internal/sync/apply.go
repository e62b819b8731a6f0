package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Result is the outcome of a step of a plan.
type Result struct {
	*Step
	ID      string   // of the flow on the server, "" if there is none
	Begun   bool     // something was sent
	Done    bool     // the server's flow is as the plan says
	Changed []string // what the server has otherwise than it was sent, next to Step.Dropped: "node a /data/n"
	Err     error    // a [*RefusedError] of a step that was refused

	digest digest.Digest // of what the server has; the zero value if it is not known
}

// RefusedError reports why a flow was not written: it would have overwritten somebody
// else's change.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return e.Why }

// ApplyOptions specifies how a plan is carried out.
type ApplyOptions struct {
	Parallel  int           // writes at a time
	KeepGoing bool          // go on with the others when one has failed
	Step      func(*Result) // called after each write, by several goroutines; nil for none
	DryRun    bool          // write nothing: the results are those that are known before
}

// Apply carries out a plan: it creates and updates flows in parallel and then, if all of
// these writes succeeded, deletes flows. When begin ends, Apply starts no further write;
// writes under way have until finish ends. A flow that has changed since the plan was made
// is not overwritten: its result has the error [client.ErrConflict], unless the flow already
// is what the plan would have made it. Apply skips the steps that the plan refuses.
//
// If the server does not keep all of a flow, Apply compares its answer to each write with
// what was sent, except in an import; the differences are in Result.Changed. If the server
// chooses the ids, Apply then looks for a flow of the same name that somebody else created
// at the same time: the result has a *[DuplicateError].
//
// Apply returns a result for each step, in their order. The error is that of the search for
// duplicates; the flows may be written all the same.
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
		case Update, Merge:
			writes = append(writes, r)
		case Delete:
			deletions = append(deletions, r)
		case Refuse:
			if r.Err = r.Step.Err; r.Err == nil {
				r.Err = &RefusedError{Why: r.Why}
			}
		default:
			r.Done = true
			r.digest, _ = digest.Parse(r.Digest) // none is none
		}
	}
	defer a.nameEarlier()
	if len(writes)+len(deletions) == 0 || opts.DryRun {
		return a.results, nil
	}
	can, err := c.Capabilities(begin)
	if err != nil {
		return a.results, err
	}
	a.lossless, a.p = can.Lossless, p
	a.message = func(string) string { return "" }
	if can.Versions && !p.imports() {
		a.message = committedAs(begin, p.Dir)
	}
	ok := a.run(begin, finish, writes)
	if !p.imports() {
		err = a.findOthers(finish, writes)
	}
	if ok && err == nil {
		a.run(begin, finish, deletions)
	}
	return a.results, err
}

type applier struct {
	traits
	c       *client.Client
	p       *Plan
	opts    ApplyOptions
	results []Result
	message func(file string) string // of the version that a write makes
}

// nameEarlier sets the ids in the results of skipped steps that are the same flow as an
// earlier step.
func (a *applier) nameEarlier() {
	for i := range a.results {
		if r := &a.results[i]; r.earlier > 0 {
			r.ID = a.results[r.earlier-1].ID
		}
	}
}

// run carries out the steps of todo and reports whether all succeeded.
func (a *applier) run(begin, finish context.Context, todo []*Result) bool {
	begin, stop := context.WithCancel(begin)
	defer stop()
	parallel.Each(begin, len(todo), a.opts.Parallel, func(i int) {
		r := todo[i]
		r.Begun = true
		if a.write(finish, r); r.Err != nil && !a.opts.KeepGoing {
			stop()
		}
		if a.opts.Step != nil {
			a.opts.Step(r)
		}
	})
	for _, r := range todo {
		if r.Err != nil && !a.opts.KeepGoing {
			return false
		}
	}
	return begin.Err() == nil
}

// write carries out one step.
func (a *applier) write(ctx context.Context, r *Result) {
	if r.Action == Delete {
		if r.Err = a.c.Flows.Delete(ctx, r.ID, client.IfUnchanged(r.Revision)); isGone(r.Err) {
			r.Err = nil
		}
		r.Done = r.Err == nil
		return
	}
	if r.Action == Merge {
		a.merge(ctx, r)
		return
	}
	a.send(ctx, r)
}

// merge writes a merge to the server, and then to the file. If only the former was done, the
// next plan is for the latter: of the flow as it was before, either is a change to the same.
func (a *applier) merge(ctx context.Context, r *Result) {
	if _, r.Err = r.merged.current(a.p.Dir, a.p.env); r.Err != nil {
		return
	}
	r.digest, _ = digest.Parse(r.Digest)
	if r.Spec != nil {
		if a.send(ctx, r); r.Err != nil {
			return
		}
	}
	w := WriteFiles(context.WithoutCancel(ctx), a.p.Dir, []Pulled{r.merged}, a.p.env)
	if r.Err = w[0].Err; r.Err != nil {
		r.Err = fmt.Errorf("the server has the merge, and the file has not: %w", r.Err)
	}
	r.Done = r.Err == nil
}

// send writes the flow of a step to the server.
func (a *applier) send(ctx context.Context, r *Result) {
	var f flow.Flow
	was, brief := client.IfUnchanged(r.Revision), client.WithoutGraph() // what is kept whole need not be read
	spec := *r.Spec
	said := a.message(r.File)
	if r.Action == Merge && said != "" {
		said += ", merged"
	}
	message := client.WithMessage(said)
	if a.p.imports() {
		if a.p.note {
			r.digest = digest.Of(a.kept(spec))
		}
		r.Spec = nil // a large one would stay in memory next to what is sent of it
	}
	switch {
	case r.Action == Create && a.lossless:
		f, r.Err = a.c.Flows.Put(ctx, cmp.Or(r.Step.ID, uuid.NewString()), spec, client.IfAbsent(), brief, message)
	case r.Action == Create:
		f, r.Err = a.c.Flows.Create(ctx, spec)
	case a.lossless:
		f, r.Err = a.c.Flows.Put(ctx, r.ID, spec, was, brief, message)
	default:
		f, r.Err = a.c.Flows.Update(ctx, r.ID, client.Replace(spec), was)
	}
	written := r.Err == nil
	switch conflict := errors.Is(r.Err, client.ErrConflict); {
	case !a.p.imports() && r.Step.ID != "" && (conflict || mayBeDone(r.Err)):
		f, r.Err = a.sameAlready(ctx, r)
	case conflict && r.Action == Create && a.p.imports():
		f, r.Err = a.madeMeanwhile(ctx, r)
	}
	switch {
	case r.Err != nil:
	case a.p.imports():
		r.ID, r.Done = f.ID, true
	case a.lossless && written:
		now := *r.Spec // not spec, which is not kept in memory while it is sent
		now.AccessControl = f.AccessControl
		r.ID, r.Done, r.digest = f.ID, true, digest.Of(now)
	default:
		a.accept(r, f)
	}
}

// sameAlready returns the server's flow after a failed write if it is what was to be
// written: only the answer was lost, or somebody else applied the same file first.
// Otherwise it returns the error of r.
func (a *applier) sameAlready(ctx context.Context, r *Result) (flow.Flow, error) {
	f, err := a.c.Flows.Get(ctx, r.Step.ID)
	if err != nil || len(a.differences(f.Spec, *r.Spec)) > 0 {
		return f, r.Err
	}
	return f, nil
}

// RecordResults records the flow of each file and its digest in the lock, and removes the
// flows that were deleted.
func RecordResults(lock *Lock, profile string, results []Result) {
	var known []LockEntry
	for i := range results {
		if results[i].Done {
			known = append(known, results[i].LockEntry())
		}
	}
	lock.Record(profile, known)
}

// LockEntry returns the entry of the lock for a result without an error.
func (r *Result) LockEntry() LockEntry {
	if r.Action == Delete {
		return LockEntry{File: r.File}
	}
	d := r.digest
	if r.Layout != "" && d.Content != "" {
		d.Layout = r.Layout
	}
	return LockEntry{File: r.File, FileID: r.FileID, ID: r.ID, Digest: d}
}
