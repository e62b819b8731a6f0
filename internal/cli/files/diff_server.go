package files

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/sync"
)

// againstServer pairs each flow of a file or folder with the server's, as plan
// finds it. What the server does not have differs from an empty flow, and so does what
// has no file any more, and what apply would delete with --prune; that comes first.
func (o *diffOptions) againstServer(ctx context.Context, path string) ([]render.Pair, error) {
	path, err := fileOf(ctx, o.app, path)
	if err != nil {
		return nil, err
	}
	d, err := sync.ReadBelow(ctx, path, o.app.In)
	if err != nil {
		return nil, err
	}
	c, err := o.app.Connect(ctx)
	if err != nil {
		return nil, err
	}
	t := o.app.Connected
	if err := d.Map(ctx, c, t.Profile, &o.env); err != nil {
		return nil, err
	}
	opts := d.Options(ctx, t.Key(), t.Server, o.env.Env)
	opts.Adopt, opts.Overwrite, opts.Prune = true, true, true // to look at; nothing is merged or deleted
	opts.Picked = func(file string) bool {
		below, err := filepath.Rel(path, d.FilePath(file))
		return err == nil && filepath.IsLocal(below) || strings.HasPrefix(file, files.StdinPath)
	}
	pulled, err := sync.Pull(ctx, c, d.Sources, d.Lock, opts)
	if err != nil {
		return nil, err
	}
	var pairs, deleted []render.Pair
	for i := range pulled {
		f := &pulled[i]
		if f.FlowID != "" && len(f.Changes) == 0 && !f.Gone() {
			continue
		}
		p := render.Pair{After: d.FilePath(f.File())}
		if f.FlowID != "" {
			p.Before, p.BeforeSpec = f.Next.Name, f.Next
		}
		if f.Gone() {
			p.After = ""
			_, p.BeforeSpec = o.env.Env.Hide(p.AfterSpec, p.BeforeSpec)
			deleted = append(deleted, p)
			continue
		}
		spec, err := f.Spec()
		if err != nil {
			return nil, err
		}
		p.AfterSpec, p.BeforeSpec = o.env.Env.Hide(digest.WithoutState(spec), p.BeforeSpec)
		pairs = append(pairs, p)
	}
	return append(deleted, pairs...), nil
}

// fileOf returns the path of the file that an argument means: it, or the flow that has
// the name or id and a file here.
func fileOf(ctx context.Context, a *cmdutil.App, arg string) (string, error) {
	if files.IsFileArg(arg) {
		return arg, nil
	}
	p, err := sync.Pick([]string{arg})
	if err != nil {
		return "", err
	}
	d, err := sync.ReadDir(ctx, p, false, a.Err)
	if err != nil {
		return "", err
	}
	if len(d.Picked.Paths) != 1 {
		return "", cmdutil.Conflict(fmt.Errorf("%q is the name of several files: %s; give one of them", arg, strings.Join(d.Picked.Paths, ", ")))
	}
	return d.FilePath(d.Picked.Paths[0]), nil
}
