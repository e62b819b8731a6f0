package sync

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// verify looks at what the server has of the flows that were written.
func (a *applier) verify(ctx context.Context, writes []*Result) error {
	written := map[string]*Result{} // by id
	unsure := map[string][]*Result{}
	made := map[string][]*Result{} // both by name
	for _, r := range writes {
		if r.Begun && r.Action == Create {
			made[r.Name] = append(made[r.Name], r)
		}
		switch {
		case r.Done:
			written[r.ID] = r
		case r.Begun && isUnsure(r.Err):
			unsure[r.Name] = append(unsure[r.Name], r)
		}
	}
	if len(written)+len(unsure) == 0 {
		return nil
	}
	known := map[string]bool{}
	for i := range a.results {
		known[a.results[i].ID], known[a.results[i].Step.ID] = true, true
	}
	var twins []Candidate
	var looking errgroup.Group // at one flow while the next ones come in
	looking.SetLimit(runtime.GOMAXPROCS(0))
	defer func() { _ = looking.Wait() }()
	for f, err := range a.c.Flows.All(ctx, client.ListOptions{Graph: true}) {
		if err != nil {
			return err
		}
		if r := written[f.ID]; r != nil {
			delete(written, f.ID)
			looking.Go(func() error {
				a.accept(r, f)
				return nil
			})
			continue
		}
		if r := a.found(f, unsure[f.Name], known); r != nil {
			a.accept(r, f)
		} else if made[f.Name] != nil && !known[f.ID] {
			twins = append(twins, Candidate{f.ID, f.Name})
		}
	}
	for _, r := range written { // another's, which the list of one's own does not have
		looking.Go(func() error {
			a.look(ctx, r)
			return nil
		})
	}
	_ = looking.Wait() // there are no errors
	for _, twin := range twins {
		for _, r := range made[twin.Name] {
			if r.Done {
				r.Err = &TwinError{ID: r.ID, Twin: twin}
			}
		}
	}
	return nil
}

// accept takes f as what the server has of a flow that was written.
func (a *applier) accept(r *Result, f flow.Flow) {
	r.ID, r.Done, r.Err = f.ID, true, nil
	r.digest = digest.Of(f.Spec)
	if spellTheSame(f.Spec, *r.Spec) {
		return
	}
	for _, c := range a.differences(f.Spec, *r.Spec) {
		r.Changed = append(r.Changed, Place(c))
	}
}

// look reads back a flow that was written. It counts as written even if that fails.
func (a *applier) look(ctx context.Context, r *Result) {
	f, err := a.c.Flows.Get(ctx, r.ID)
	if err != nil {
		r.Done, r.Err = !isGone(err), fmt.Errorf("read back what was written: %w", err)
		return
	}
	a.accept(r, f)
}

// found returns that of the unsure writes which made f what it is. A new flow whose id
// the server chose is known by its content only.
func (a *applier) found(f flow.Flow, unsure []*Result, known map[string]bool) *Result {
	for _, r := range unsure {
		mine := r.Step.ID == f.ID || r.Step.ID == "" && !known[f.ID]
		if !r.Done && mine && len(a.differences(f.Spec, *r.Spec)) == 0 {
			return r
		}
	}
	return nil
}

// isUnsure recognises failures after which the write may have been done all the same.
func isUnsure(err error) bool {
	var failed *client.Error
	return errors.As(err, &failed) && (failed.StatusCode < 400 || failed.StatusCode >= 500)
}

func isGone(err error) bool { return errors.Is(err, client.ErrNotFound) }
