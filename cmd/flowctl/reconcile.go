package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// dirHelp explains DIR in the help of plan, apply and pull.
const dirHelp = `DIR is a folder of flow files, one flow in each (every *.json file below it,
hidden ones left out). Which flow a file is, flowctl.lock in DIR remembers for each
profile: commit it. A file that is not in it is the flow with the id that the file
gives, else the only one of its name, else a new one.`

// flowDir is a folder of flow files, and its lock.
type flowDir struct {
	dir     string
	paths   []string           // of the files
	sources []reconcile.Source // the files, in the same order
	lock    *reconcile.Lock
}

// openDir reads a folder, and makes its flows what the place t is to have of them. See
// readDir for hold.
func (a *app) openDir(ctx context.Context, dir string, t target, env *envFlag, hold bool) (*flowDir, *client.Client, error) {
	d, err := a.readDir(ctx, dir, hold)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.connectTo(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	return d, c, env.forward(ctx, a, c, d)
}

// readDir reads and validates all flow files of a folder. What is wrong goes to
// stderr, and ends the command. With hold the flows are kept, which is quicker where
// most of them will be sent.
func (a *app) readDir(ctx context.Context, dir string, hold bool) (*flowDir, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("look at the folder: %w", err)
	} else if !info.IsDir() {
		return nil, usageError{fmt.Errorf("%s is no folder; give the folder that the flow files are in", dir)}
	}
	lock, err := reconcile.ReadLock(dir)
	if err != nil {
		return nil, err
	}
	found := findSources([]string{dir})
	if len(found) == 1 && errors.Is(found[0].err, errNoFiles) && !lock.Empty() {
		found = nil // the last file was taken out
	}
	if hold {
		limitMemory(sizeOf(found)) // for the rest of the command, which is as busy
	}
	readings := make([]dirReading, len(found))
	inParallel(ctx, len(found), runtime.GOMAXPROCS(0), func(i int) { readings[i] = a.readDirFile(ctx, dir, found[i], hold) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &flowDir{dir: dir, lock: lock}
	var t tally
	for i, r := range readings {
		_ = writeFindings(a.err, r.findings, finding.line)
		t.add(r.flows, r.findings)
		switch {
		case r.err != nil:
			return nil, r.err
		case r.flows > 1:
			return nil, noError{fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", found[i].path, r.flows)}
		case r.flows == 1:
			d.paths, d.sources = append(d.paths, found[i].path), append(d.sources, r.source)
		}
	}
	if err := t.verdict("nothing was sent"); err != nil {
		return nil, err
	}
	return d, nil
}

// dirReading is what is kept of a file of the folder.
type dirReading struct {
	source   reconcile.Source
	flows    int // how many it holds
	findings []finding
	err      error
}

func (a *app) readDirFile(ctx context.Context, dir string, s source, hold bool) dirReading {
	r := a.readSource(ctx, s, true)
	kept := dirReading{flows: len(r.flows), findings: r.findings}
	if len(r.flows) != 1 {
		return kept
	}
	path, err := filepath.Rel(dir, s.path)
	if err != nil {
		kept.err = fmt.Errorf("name %s in the lock: %w", s.path, err)
		return kept
	}
	read := func() (flow.Spec, error) {
		r := a.readSource(ctx, s, false)
		if err := oneFlow(s.path, r); err != nil {
			return flow.Spec{}, err
		}
		return dirSpec(r), nil
	}
	if hold {
		read = nil
	}
	kept.source = reconcile.NewSource(filepath.ToSlash(path), strings.Clone(r.flows[0].ID), dirSpec(r), read)
	return kept
}

// dirSpec is the flow that a file of the folder holds.
func dirSpec(r reading) flow.Spec {
	spec := r.flows[0].Spec
	spec.Name = cmp.Or(spec.Name, defaultName)
	return spec
}

// lockPlace is the name under which the lock keeps a place's ids.
func lockPlace(t target) string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// planDir reads a folder and compares it with the server.
func (a *app) planDir(ctx context.Context, c *client.Client, t target, d *flowDir, prune, keep bool) (*reconcile.Plan, error) {
	place := lockPlace(t)
	if prune && !d.lock.Empty() && len(d.lock.Files(place)) == 0 {
		a.warn("%s knows no flow of %s, so that nothing is pruned; it knows %s", reconcile.LockName, output.Text(place), join(d.lock.Places()))
	}
	return reconcile.NewPlan(ctx, c, d.sources, d.lock, reconcile.Options{
		Dir: d.dir, Place: place, Server: t.Server, Prune: prune, Revisions: keep,
	})
}
