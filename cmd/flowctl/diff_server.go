package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// againstServer pairs each flow of a file or folder with the server's, as plan
// finds it. What the server does not have differs from an empty flow.
func (o *diffOptions) againstServer(ctx context.Context, path string) ([]render.Pair, error) {
	if !isFileArg(path) {
		return nil, usageError{fmt.Errorf("%q is no file; give two flows, or a file or folder to compare with the server", path)}
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

// lockedDir gives the files as those of the folder that has their lock: that of
// path, or the nearest one above in its repository. Of a file with several flows
// the lock knows nothing.
func lockedDir(path string, files []flowfile.File) (*flowDir, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	dir = cmp.Or(folderOfLock(dir), dir)
	d := &flowDir{dir: dir}
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
