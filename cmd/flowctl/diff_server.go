package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// againstServer pairs each flow of a file or folder with the server's, as plan
// finds it. What the server does not have differs from an empty flow, and so does what
// has no file any more; that comes first.
func (o *diffOptions) againstServer(ctx context.Context, path string) ([]render.Pair, error) {
	path, err := o.app.fileOf(ctx, path)
	if err != nil {
		return nil, err
	}
	files, err := o.read(ctx, path)
	if err != nil {
		return nil, err
	}
	d, err := lockedDir(path, files)
	if err != nil {
		return nil, err
	}
	t, err := o.app.target()
	if err != nil {
		return nil, err
	}
	c, err := o.app.connectTo(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := o.env.forward(ctx, o.app, c, d); err != nil {
		return nil, err
	}
	opts := d.options(ctx, t, &o.env)
	opts.Adopt, opts.Overwrite = true, true // to look at; nothing is merged
	pulled, err := reconcile.Pull(ctx, c, d.sources, d.lock, opts)
	if err != nil {
		return nil, err
	}
	var pairs []render.Pair
	for i := range pulled {
		f := &pulled[i]
		if f.FlowID != "" && len(f.Changes) == 0 {
			continue
		}
		spec, err := f.Spec()
		if err != nil {
			return nil, err
		}
		p := render.Pair{After: d.paths[i], AfterSpec: flowfile.WithoutState(spec)}
		if f.FlowID != "" {
			p.Before, p.BeforeSpec = f.Next.Name, f.Next
		}
		p.AfterSpec, p.BeforeSpec = o.env.env.Hide(p.AfterSpec, p.BeforeSpec)
		pairs = append(pairs, p)
	}
	deleted, err := o.deleted(ctx, c, path, d, pulled, lockPlace(t))
	return append(deleted, pairs...), err
}

// deleted pairs the flows whose files below path are gone, and that apply would delete
// with --prune, with nothing.
func (o *diffOptions) deleted(ctx context.Context, c *client.Client, path string, d *flowDir, pulled []reconcile.Pulled, place string) ([]render.Pair, error) {
	below, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	claimed := map[string]bool{}
	for i := range pulled {
		claimed[pulled[i].FlowID] = true
	}
	gone := func(file string) bool {
		at := d.file(file)
		return (at == below || strings.HasPrefix(at, below+string(filepath.Separator))) && !exists(at)
	}
	deletions, err := reconcile.Deletions(ctx, c, d.lock, place, gone, func(id string) bool { return claimed[id] })
	var pairs []render.Pair
	for _, del := range deletions {
		_, shown := o.env.env.Hide(flow.Spec{}, del.Flow.Spec)
		pairs = append(pairs, render.Pair{Before: del.Flow.Name, BeforeSpec: shown})
	}
	return pairs, err
}

// fileOf returns the path of the file that an argument means: it, or the flow that has
// the name or id and a file here.
func (a *app) fileOf(ctx context.Context, arg string) (string, error) {
	if isFileArg(arg) {
		return arg, nil
	}
	p, err := pick([]string{arg})
	if err != nil {
		return "", err
	}
	d, err := a.readDir(ctx, p, false)
	if err != nil {
		return "", err
	}
	if len(d.picked.paths) != 1 {
		return "", conflictError{fmt.Errorf("%q is the name of several files: %s; give one of them", arg, join(d.picked.paths))}
	}
	return d.file(d.picked.paths[0]), nil
}

// read reads all flows below a path; none may be broken.
func (o *diffOptions) read(ctx context.Context, path string) ([]flowfile.File, error) {
	var files []flowfile.File
	for _, s := range findSources([]string{path}) {
		r := readSource(ctx, o.app.in, s, false)
		if len(r.flows) == 0 && len(r.findings) > 0 {
			return nil, errors.New(r.findings[0].line())
		}
		files = append(files, r.flows...)
	}
	return files, ctx.Err()
}

// lockedDir gives the files as those of the folder that has their lock: that of
// path, or the nearest one above in its repository. Of a file with several flows
// the lock knows nothing.
func lockedDir(path string, files []flowfile.File) (*flowDir, error) {
	named, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	dir := named
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	dir = cmp.Or(reconcile.FolderOf(dir), dir)
	d := &flowDir{dir: dir, part: dir != named}
	if d.lock, err = reconcile.ReadLock(dir); err != nil {
		return nil, err
	}
	flows := map[string]int{}
	for _, f := range files {
		flows[f.Path]++
	}
	for i, f := range files {
		at, err := filepath.Abs(f.Path)
		if err == nil {
			at, err = filepath.Rel(dir, at)
		}
		if err != nil {
			return nil, fmt.Errorf("name %s in the lock: %w", f.Path, err)
		}
		if flows[f.Path] > 1 {
			at += "#" + strconv.Itoa(i)
		}
		d.paths = append(d.paths, f.Path)
		d.sources = append(d.sources, reconcile.NewSource(filepath.ToSlash(at), f.ID, f.Spec, nil))
	}
	return d, nil
}
