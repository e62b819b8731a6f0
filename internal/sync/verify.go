package sync

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// findOthers looks for flows that somebody else created at the same time with the names of
// new flows, if the server chooses ids.
func (a *applier) findOthers(ctx context.Context, writes []*Result) error {
	made, known := map[string]*Result{}, map[string]bool{} // the former by name
	for _, r := range writes {
		if r.Done && r.Step.ID == "" && !a.lossless {
			made[r.Name] = r
		}
	}
	if len(made) == 0 {
		return nil
	}
	for i := range a.results {
		known[a.results[i].ID] = true
	}
	for f, err := range a.c.Flows.All(ctx, client.ListOptions{}) {
		if err != nil {
			return err
		}
		if r := made[f.Name]; r != nil && !known[f.ID] {
			r.Err = &DuplicateError{ID: r.ID, Twin: Candidate{f.ID, f.Name}}
		}
	}
	return nil
}

// accept sets the result of a step to f, the server's answer to the write.
func (a *applier) accept(r *Result, f flow.Flow) {
	r.ID, r.Done, r.Err = f.ID, true, nil
	r.digest = digest.Of(f.Spec)
	for _, c := range a.differences(f.Spec, *r.Spec) {
		r.Changed = append(r.Changed, c.Where())
	}
}

// mayBeDone reports whether the write that failed with err may have been done all the same.
func mayBeDone(err error) bool {
	var failed *client.Error
	return errors.As(err, &failed) && (failed.StatusCode < 400 || failed.StatusCode >= 500)
}

func isGone(err error) bool { return errors.Is(err, client.ErrNotFound) }
