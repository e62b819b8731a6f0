package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// verify looks for what the answers to the writes do not show: whether a write whose answer
// was lost was done, and whether somebody else made a flow of the name of a new one at the
// same time, where the server chooses the ids.
func (a *applier) verify(ctx context.Context, writes []*Result) error {
	made := map[string][]*Result{} // by name
	for _, r := range writes {
		switch {
		case !r.Begun:
		case r.Step.ID == "" && (!a.ours || isUnsure(r.Err)):
			made[r.Name] = append(made[r.Name], r)
		case isUnsure(r.Err):
			if err := a.look(ctx, r); err != nil {
				return err
			}
		}
	}
	if len(made) == 0 {
		return nil
	}
	known := map[string]bool{}
	for i := range a.results {
		known[a.results[i].ID], known[a.results[i].Step.ID] = true, true
	}
	for f, err := range a.c.Flows.All(ctx, client.ListOptions{Graph: true}) {
		switch {
		case err != nil:
			return err
		case known[f.ID] || made[f.Name] == nil:
			continue
		}
		if r := a.found(f, made[f.Name]); r != nil {
			a.accept(r, f)
			continue
		}
		for _, r := range made[f.Name] {
			if r.Done {
				r.Err = &TwinError{ID: r.ID, Twin: Candidate{f.ID, f.Name}}
			}
		}
	}
	return nil
}

// look sees whether a write to a flow whose id is known was done.
func (a *applier) look(ctx context.Context, r *Result) error {
	f, err := a.c.Flows.Get(ctx, r.Step.ID)
	switch {
	case isGone(err):
	case err != nil:
		return fmt.Errorf("look whether %s was written: %w", r.File, err)
	case len(a.differences(f.Spec, *r.Spec)) == 0:
		a.accept(r, f)
	}
	return nil
}

// found returns that of the unsure writes which made f what it is. A new flow whose id
// the server chose is known by its content only.
func (a *applier) found(f flow.Flow, made []*Result) *Result {
	for _, r := range made {
		if !r.Done && isUnsure(r.Err) && len(a.differences(f.Spec, *r.Spec)) == 0 {
			return r
		}
	}
	return nil
}

// accept takes f as what the server has of a flow that was written.
func (a *applier) accept(r *Result, f flow.Flow) {
	r.ID, r.Done, r.Err = f.ID, true, nil
	r.digest = digest.Of(f.Spec)
	for _, c := range a.differences(f.Spec, *r.Spec) {
		r.Changed = append(r.Changed, c.Where())
	}
}

// isUnsure recognises failures after which the write may have been done all the same.
func isUnsure(err error) bool {
	var failed *client.Error
	return errors.As(err, &failed) && (failed.StatusCode < 400 || failed.StatusCode >= 500)
}

func isGone(err error) bool { return errors.Is(err, client.ErrNotFound) }
