package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// againstServer pairs each flow of a file or folder with the server's. What the
// server does not have differs from an empty flow.
func (o *diffOptions) againstServer(ctx context.Context, path string) ([]render.Pair, error) {
	if !isFileArg(path) {
		return nil, usageError{fmt.Errorf("%q is no file; give two flows, or a file or folder to compare with the server", path)}
	}
	files, err := o.read(ctx, path)
	if err != nil {
		return nil, err
	}
	c, err := o.app.connect(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := c.Flows.List(ctx, client.ListOptions{Accessible: true, Graph: true})
	if err != nil {
		return nil, err
	}
	pairs := make([]render.Pair, 0, len(files))
	for _, f := range files {
		at, err := counterpart(f, stored)
		if err != nil {
			return nil, err
		}
		p := render.Pair{After: f.Path, AfterSpec: f.Spec}
		if at != nil {
			p.Before, p.BeforeSpec = at.Name, alike(at.Spec, f.Spec)
			p.AfterSpec = flow.AdoptLayout(f.Spec, at.Spec)
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// read reads all flows below a path; none may be broken.
func (o *diffOptions) read(ctx context.Context, path string) ([]flowfile.File, error) {
	var files []flowfile.File
	for _, s := range findSources([]string{path}) {
		r := o.app.readSource(ctx, s, false)
		if len(r.flows) == 0 && len(r.findings) > 0 {
			return nil, errors.New(r.findings[0].line())
		}
		files = append(files, r.flows...)
	}
	return files, ctx.Err()
}

// counterpart finds the flow that a file is of: the one of its id, else the only
// one of its name; nil if there is none.
func counterpart(f flowfile.File, stored []flow.Flow) (*flow.Flow, error) {
	var named []flow.Flow
	for i := range stored {
		if f.ID != "" && stored[i].ID == f.ID {
			return &stored[i], nil
		}
		if stored[i].Name == f.Spec.Name {
			named = append(named, stored[i])
		}
	}
	switch len(named) {
	case 0:
		return nil, nil
	case 1:
		return &named[0], nil
	}
	return nil, conflictError{fmt.Errorf("%s: %w", f.Path, ambiguous(f.Spec.Name, named))}
}

// alike takes out of a stored flow what the file leaves to the server.
func alike(stored, file flow.Spec) flow.Spec {
	if file.AccessControl == nil {
		stored.AccessControl = nil
	}
	if file.Meta == nil && flow.Equal(stored.Meta, []byte(`{}`)) {
		stored.Meta = nil
	}
	return stored
}
