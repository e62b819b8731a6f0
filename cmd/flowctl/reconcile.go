package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// dirHelp explains DIR in the help of plan, apply and pull.
const dirHelp = `DIR is a folder of flow files, one flow in each (every *.json file below it,
hidden ones left out). Which flow a file is, flowctl.lock in DIR remembers for each
profile: commit it. A file that is not in it is the flow with the id that the file
gives, else the only one of its name, else a new one.`

// flowDir is a folder of flow files, and its lock.
type flowDir struct {
	dir     string
	files   []flowfile.File
	sources []reconcile.Source // the same, in the same order
	lock    *reconcile.Lock
}

// readDir reads and validates all flow files of a folder. What is wrong goes to
// stderr, and ends the command.
func (a *app) readDir(ctx context.Context, dir string) (*flowDir, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("look at the folder: %w", err)
	} else if !info.IsDir() {
		return nil, usageError{fmt.Errorf("%s is no folder; give the folder that the flow files are in", dir)}
	}
	lock, err := reconcile.ReadLock(dir)
	if err != nil {
		return nil, asConflict(err)
	}
	paths := findSources([]string{dir})
	readings := make([]reading, len(paths))
	inParallel(ctx, len(paths), runtime.GOMAXPROCS(0), func(i int) { readings[i] = a.readSource(ctx, paths[i], true) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &flowDir{dir: dir, lock: lock}
	var t tally
	for i := range readings {
		r := &readings[i]
		_ = writeFindings(a.err, r.findings, finding.line)
		t.add(len(r.flows), r.findings)
		if len(r.flows) > 1 {
			return nil, noError{fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", paths[i].path, len(r.flows))}
		}
		d.files = append(d.files, r.flows...)
	}
	if t.errors > 0 {
		return nil, noError{fmt.Sprintf("%s: nothing was sent", t)}
	}
	return d, d.addSources()
}

// addSources gives the files the names that they have in the lock.
func (d *flowDir) addSources() error {
	for i := range d.files {
		f := &d.files[i]
		path, err := filepath.Rel(d.dir, f.Path)
		if err != nil {
			return fmt.Errorf("name %s in the lock: %w", f.Path, err)
		}
		f.Spec.Name = cmp.Or(f.Spec.Name, defaultName)
		d.sources = append(d.sources, reconcile.Source{Path: filepath.ToSlash(path), ID: f.ID, Spec: f.Spec})
	}
	return nil
}

// lockPlace is the name under which the lock keeps a place's ids.
func lockPlace(t target) string { return cmp.Or(t.Profile, t.Server) }

// planDir reads a folder and compares it with the server.
func (a *app) planDir(ctx context.Context, c *client.Client, t target, d *flowDir, prune, keep bool) (*reconcile.Plan, error) {
	p, err := reconcile.NewPlan(ctx, c, d.sources, d.lock, reconcile.Options{
		Dir: d.dir, Place: lockPlace(t), Server: t.Server, Prune: prune, Revisions: keep,
	})
	return p, asConflict(err)
}

// asConflict marks what reconcile found to be ambiguous or moved.
func asConflict(err error) error {
	if errors.As(err, new(*reconcile.ConflictError)) || errors.As(err, new(*reconcile.MovedError)) {
		return conflictError{err}
	}
	return err
}
