package store

import (
	"context"
	"errors"
	"fmt"
)

// PutFlow writes the flow with the given id: change modifies it as in
// [Store.UpdateFlow], or takes it out of the bin as in [Store.RestoreFlow]; where there is
// none, what create returns is added under that id. When somebody adds or removes the flow meanwhile, it begins again, so that both
// may be called more than once. An error of either ends it and is returned as it is,
// but [ErrNotFound], which change must not return.
func (s *Store) PutFlow(ctx context.Context, id string, create func() (*Flow, error), change func(*Flow) error) (*Flow, error) {
	if err := checkID("id", id); err != nil {
		return nil, fmt.Errorf("put flow: %w", err)
	}
	for {
		if f, err := s.UpdateFlow(ctx, id, change); !errors.Is(err, ErrNotFound) {
			return f, err
		}
		if f, err := s.RestoreFlow(ctx, id, change); !errors.Is(err, ErrNotFound) {
			return f, err
		}
		f, err := create()
		if err != nil {
			return nil, err
		}
		f.ID = id
		if err := s.CreateFlow(ctx, f); !errors.Is(err, ErrExists) {
			return f, err
		}
	}
}
