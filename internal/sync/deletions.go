package sync

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Deletion is a flow of the server whose file is gone.
type Deletion struct {
	File string // that it had, as in [Source]
	Flow flow.Flow
}

// Deletions returns the flows that applying with [Options.Prune] would delete: those that
// the lock knows at a place by a file for which gone reports true, that no other file is
// (other reports that of their ids), and that the caller may see.
func Deletions(ctx context.Context, c *client.Client, lock *Lock, place string, gone, other func(string) bool) ([]Deletion, error) {
	var deletions []Deletion
	for _, file := range lock.Files(place) {
		id := lock.ID(file, place)
		if !gone(file) || other(id) {
			continue
		}
		f, err := c.Flows.Get(ctx, id)
		switch {
		case errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrForbidden):
			continue
		case err != nil:
			return nil, err
		}
		deletions = append(deletions, Deletion{file, f})
	}
	return deletions, nil
}
