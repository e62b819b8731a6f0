package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// againstServer pairs each flow of a file or folder with the server's, as plan
// finds it. What the server does not have differs from an empty flow, and so does what
// has no file any more; that comes first.
func (o *diffOptions) againstServer(ctx context.Context, path string) ([]render.Pair, error) {
	path, err := fileOf(ctx, o.app, path)
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
	t, err := o.app.Target()
	if err != nil {
		return nil, err
	}
	c, err := o.app.ConnectTo(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := o.env.Forward(ctx, o.app, c, d); err != nil {
		return nil, err
	}
	opts := d.Options(ctx, t, &o.env)
	opts.Adopt, opts.Overwrite = true, true // to look at; nothing is merged
	pulled, err := sync.Pull(ctx, c, d.Sources, d.Lock, opts)
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
		p := render.Pair{After: d.Paths[i], AfterSpec: digest.WithoutState(spec)}
		if f.FlowID != "" {
			p.Before, p.BeforeSpec = f.Next.Name, f.Next
		}
		p.AfterSpec, p.BeforeSpec = o.env.Env.Hide(p.AfterSpec, p.BeforeSpec)
		pairs = append(pairs, p)
	}
	deleted, err := o.deleted(ctx, c, path, d, pulled, cmdutil.RemoteKey(t))
	return append(deleted, pairs...), err
}

// deleted pairs the flows whose files below path are gone, and that apply would delete
// with --prune, with nothing.
func (o *diffOptions) deleted(ctx context.Context, c *client.Client, path string, d *cmdutil.Folder, pulled []sync.Pulled, place string) ([]render.Pair, error) {
	below, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	claimed := map[string]bool{}
	for i := range pulled {
		claimed[pulled[i].FlowID] = true
	}
	gone := func(file string) bool {
		at := d.FilePath(file)
		return (at == below || strings.HasPrefix(at, below+string(filepath.Separator))) && !files.Exists(at)
	}
	deletions, err := sync.Deletions(ctx, c, d.Lock, place, gone, func(id string) bool { return claimed[id] })
	var pairs []render.Pair
	for _, del := range deletions {
		_, shown := o.env.Env.Hide(flow.Spec{}, del.Flow.Spec)
		pairs = append(pairs, render.Pair{Before: del.Flow.Name, BeforeSpec: shown})
	}
	return pairs, err
}

// fileOf returns the path of the file that an argument means: it, or the flow that has
// the name or id and a file here.
func fileOf(ctx context.Context, a *cmdutil.App, arg string) (string, error) {
	if files.IsFileArg(arg) {
		return arg, nil
	}
	p, err := cmdutil.Pick([]string{arg})
	if err != nil {
		return "", err
	}
	d, err := a.ReadDir(ctx, p, false)
	if err != nil {
		return "", err
	}
	if len(d.Picked.Paths) != 1 {
		return "", cmdutil.Conflict(fmt.Errorf("%q is the name of several files: %s; give one of them", arg, cmdutil.Join(d.Picked.Paths)))
	}
	return d.FilePath(d.Picked.Paths[0]), nil
}

// read reads all flows below a path; none may be broken.
func (o *diffOptions) read(ctx context.Context, path string) ([]flowfile.File, error) {
	var found []flowfile.File
	for _, s := range files.Find([]string{path}) {
		r := files.Read(ctx, o.app.In, s, false)
		if len(r.Flows) == 0 && len(r.Findings) > 0 {
			return nil, errors.New(r.Findings[0].String())
		}
		found = append(found, r.Flows...)
	}
	return found, ctx.Err()
}

// lockedDir returns the files as those of the folder that has their lock: that of
// path, or the nearest one above in its repository. Of a file with several flows
// the lock knows nothing.
func lockedDir(path string, files []flowfile.File) (*cmdutil.Folder, error) {
	named, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", sync.LockName, err)
	}
	dir := named
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	dir = cmp.Or(sync.FolderOf(dir), dir)
	d := &cmdutil.Folder{Dir: dir, Part: dir != named}
	if d.Lock, err = sync.ReadLock(dir); err != nil {
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
		d.Paths = append(d.Paths, f.Path)
		d.Sources = append(d.Sources, sync.NewSource(filepath.ToSlash(at), f.ID, f.Spec, nil))
	}
	return d, nil
}
