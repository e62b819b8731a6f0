package files

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/client"
)

// withNow returns NAME@VERSION alone with the flow as it is as the second argument.
func (o *diffOptions) withNow(ctx context.Context, args []string) ([]string, error) {
	if _, _, ok := lookup.CutVersion(args[0]); !ok || len(args) == 2 || files.IsFileArg(args[0]) {
		return args, nil
	}
	refs, err := o.app.FindVersions(ctx, args[0])
	if errors.Is(err, client.ErrNotFound) || err == nil && refs[0].Version == "" {
		return args, nil // it may have a file here
	}
	if err != nil {
		return nil, err
	}
	return append(args, refs[0].ID), nil
}

// two loads the flows of both arguments.
func (o *diffOptions) two(ctx context.Context, args []string) ([]render.Pair, error) {
	before, err := o.app.LoadFlow(ctx, args[0])
	if err != nil {
		return nil, err
	}
	after, err := o.app.LoadFlow(ctx, args[1])
	if err != nil {
		return nil, err
	}
	return []render.Pair{{Before: before.Name, After: after.Name, BeforeSpec: before.Spec, AfterSpec: after.Spec}}, nil
}
